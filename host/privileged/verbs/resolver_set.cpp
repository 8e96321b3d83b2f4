#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/resolver.hpp"
#include "privileged/tell.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

nlohmann::json set(const ResolverRequest& request, std::uint16_t port, Context& context) {
    const auto bridge = own_bridge(context.netlink, request.bridge, context.caller);
    const auto addresses = net::addresses_of(context.netlink, bridge.index);
    if (addresses.empty()) {
        throw Error(ErrorKind::conflict, "bridge " + request.bridge + " has no address");
    }
    const std::vector<std::string> zones = vm_zones(addresses.front().subnet());
    if (request.resolver == Resolver::resolved) {
        for (const auto& command : resolved_commands(request.bridge, port, zones)) {
            tell(command);
        }
    } else {
        os::write_file_atomic(dnsmasq_file(context.caller, request.tag), dnsmasq_text(port, zones),
                              0644);
        tell(dnsmasq_reload());
    }
    return nlohmann::json::object();
}

} // namespace

Action parse_resolver_set(Arguments& arguments) {
    const ResolverRequest request = parse_resolver_request(arguments);
    const auto port = static_cast<std::uint16_t>(arguments.number("port", 1024, 65535));
    return [request, port](Context& context) { return set(request, port, context); };
}

} // namespace banger::privileged
