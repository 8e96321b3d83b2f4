#include "api/resources/resources.hpp"

#include "vm/capabilities.hpp"
#include "vm/machines.hpp"
#include "vm/ssh_config.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
namespace asio = boost::asio;

void add_ssh_config(Router& router, const Parts& parts) {
    router.on("GET", "/v1/ssh-config", [&parts](Request request) -> asio::awaitable<Response> {
        auto hosts =
            vm::ssh_hosts(parts.machines.list(), parts.settings, parts.capabilities.options());
        if (const auto name = request.find_query("vm")) {
            const std::string wanted = parts.machines.get(*name)->name();
            std::erase_if(hosts, [&](const vm::SshHost& host) { return host.vm != wanted; });
        }
        const vm::SshClient client = vm::ssh_client(parts.images, parts.settings);
        co_return json_response(
            {{"domain", client.domain}, {"text", vm::ssh_config_text(hosts, client)}});
    });
}

} // namespace banger::api
