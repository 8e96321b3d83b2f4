#include "net/link.hpp"
#include "net/netlink.hpp"
#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/forwarding.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::size_t max_guests = 4096;
constexpr std::size_t max_ports = 4096;
constexpr std::size_t max_closed = 256;
constexpr std::size_t max_allowed = 1024; ///< of one guest

net::Ipv4 guest_address(Arguments& arguments, const char* key, const net::Subnet& subnet) {
    const net::Ipv4 address = arguments.ipv4(key);
    if (!subnet.contains(address)) {
        throw Error(ErrorKind::invalid, address.text() + " is not in " + subnet.text());
    }
    if (address == subnet.host(1)) { // published, a port would lead back into this machine
        throw Error(ErrorKind::invalid, address.text() + " is the bridge's own");
    }
    return address;
}

NatGuest parse_guest(const nlohmann::json& json, const net::Subnet& subnet) {
    Arguments arguments(json);
    NatGuest guest{guest_address(arguments, "address", subnet), arguments.flag("open"),
                   arguments.subnets("allowed", max_allowed)};
    arguments.finish();
    return guest;
}

NatPort parse_port(const nlohmann::json& json, const net::Subnet& subnet) {
    Arguments arguments(json);
    NatPort port{arguments.word("protocol"), arguments.optional_ipv4("host"),
                 arguments.port("port"), guest_address(arguments, "guest", subnet),
                 arguments.port("guest_port")};
    arguments.finish();
    if (port.protocol != "tcp" && port.protocol != "udp") {
        throw Error(ErrorKind::invalid, "argument \"protocol\" must be tcp or udp");
    }
    return port;
}

NatSpec parse(Arguments& arguments) {
    NatSpec spec;
    spec.table = OwnTable::asked(nat_kind, arguments);
    spec.bridge = arguments.bridge("bridge");
    spec.subnet = net::Subnet::parse(arguments.word("subnet"));
    std::set<net::Ipv4> seen;
    for (const auto& guest : arguments.list("guests", max_guests)) {
        spec.guests.push_back(parse_guest(guest, spec.subnet));
        if (!seen.insert(spec.guests.back().address).second) {
            throw Error(ErrorKind::invalid,
                        spec.guests.back().address.text() + " is listed twice in \"guests\"");
        }
    }
    for (const auto& port : arguments.list("ports", max_ports)) {
        spec.ports.push_back(parse_port(port, spec.subnet));
    }
    spec.closed = arguments.subnets("closed", max_closed);
    spec.host_access = arguments.flag("host_access");
    spec.dns_port = static_cast<std::uint16_t>(arguments.number("dns_port", 0, 65535));
    return spec;
}

nlohmann::json apply(NatSpec spec, Context& context) {
    // Nobody redirects the traffic of an interface or a network that is not his.
    (void)address_in(context.netlink, own_bridge(context.netlink, spec.bridge, context.caller),
                     spec.subnet);
    net::Nftables nftables;
    const NatTables found = nat_tables(nftables);
    const bool was_on = forwarding();
    const bool marked =
        std::find(found.marked.begin(), found.marked.end(), spec.table) != found.marked.end();
    spec.mark = marked || !was_on;
    nftables.run(nat_commands(spec), "change the packet filter");
    set_route_localnet(spec.bridge, !spec.ports.empty());
    if (!was_on) {
        set_forwarding(true);
    }
    return {{"forwarding_switched_on", !was_on}};
}

} // namespace

Action parse_nat_apply(Arguments& arguments) {
    return [spec = parse(arguments)](Context& context) {
        NatSpec mine = spec;
        mine.table.uid = context.caller;
        return apply(std::move(mine), context);
    };
}

} // namespace banger::privileged
