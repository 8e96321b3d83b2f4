#include "names_resolve.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

namespace vsock {

bool names_resolve(banger::Host host, banger::Call& call) {
    using nlohmann::json;
    if (host.find<banger_api_ops>(BANGER_EXT_API) == nullptr) {
        return false;
    }
    const banger_response& response =
        banger::Api(host).request(call, "POST", "/v1/plugins/dns/actions/cli/status", "{}");
    const std::string_view body(response.body.ptr, response.body.len);
    const json answer = response.http_status == 200 ? json::parse(body, nullptr, false) : json();
    const json::json_pointer told("/output/0/json/host_resolver_told");
    return answer.is_object() && answer.contains(told) && answer[told] == json(true);
}

} // namespace vsock
