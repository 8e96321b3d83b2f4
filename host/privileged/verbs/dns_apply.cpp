#include "net/link.hpp"
#include "net/netlink.hpp"
#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/dns_table.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

DnsSpec parse(Arguments& arguments) {
    DnsSpec spec;
    spec.table = OwnTable::asked(dns_kind, arguments);
    spec.bridge = arguments.bridge("bridge");
    spec.address = arguments.ipv4("address");
    // A port that any user can listen on: nothing is led to a service of the system.
    spec.port = static_cast<std::uint16_t>(arguments.number("port", 1024, 65535));
    return spec;
}

nlohmann::json apply(const DnsSpec& spec, Context& context) {
    const auto bridge = own_bridge(context.netlink, spec.bridge, context.caller);
    const auto addresses = net::addresses_of(context.netlink, bridge.index);
    if (std::none_of(addresses.begin(), addresses.end(),
                     [&](const auto& address) { return address.address == spec.address; })) {
        throw Error(ErrorKind::conflict,
                    "bridge " + spec.bridge + " does not have the address " + spec.address.text());
    }
    net::Nftables nftables;
    nftables.run(dns_commands(spec), "change the packet filter");
    return nlohmann::json::object();
}

} // namespace

Action parse_dns_apply(Arguments& arguments) {
    return [spec = parse(arguments)](Context& context) {
        DnsSpec mine = spec;
        mine.table.uid = context.caller;
        return apply(mine, context);
    };
}

} // namespace banger::privileged
