#include "net/link.hpp"
#include "net/netlink.hpp"
#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/bridge_filter.hpp"
#include "privileged/guard_table.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <set>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::size_t max_guests = 4096;

struct Request {
    std::string bridge;
    GuardSpec spec; ///< without what is found on the host
};

GuardGuest parse_guest(const nlohmann::json& given, const net::Subnet& subnet) {
    Arguments arguments(given);
    GuardGuest guest{arguments.tap("tap"), arguments.mac("mac"), arguments.ipv4("address")};
    arguments.finish();
    if (!subnet.contains(guest.address) || guest.address == subnet.network ||
        guest.address == subnet.broadcast()) {
        throw Error(ErrorKind::invalid,
                    guest.address.text() + " is not a host's address in " + subnet.text());
    }
    return guest;
}

Request parse(Arguments& arguments) {
    Request request;
    request.bridge = arguments.bridge("bridge");
    GuardSpec& spec = request.spec;
    spec.table = OwnTable::asked(guard_kind, arguments);
    spec.subnet = net::Subnet::parse(arguments.word("subnet"));
    spec.vm_to_vm = arguments.flag("vm_to_vm");
    std::set<std::string> seen;
    for (const auto& given : arguments.list("guests", max_guests)) {
        const GuardGuest guest = parse_guest(given, spec.subnet);
        for (const std::string& own : {guest.tap, guest.mac.text(), guest.address.text()}) {
            if (!seen.insert(own).second) {
                throw Error(ErrorKind::invalid, own + " is listed twice in \"guests\"");
            }
        }
        spec.guests.push_back(guest);
    }
    return request;
}

/// Takes every tap of this banger on the bridge under guard, also those that no VM has yet. A guest
/// whose tap somebody deleted or took off the bridge is left out, so that the others still can be
/// guarded: nothing of it reaches them.
void find_taps(GuardSpec& spec, const net::Link& bridge, const Context& context) {
    std::set<std::string> named;
    for (const GuardGuest& guest : spec.guests) {
        named.insert(guest.tap);
    }
    std::set<std::string> guarded;
    for (const net::Link& link : net::links(context.netlink)) {
        if (named.contains(link.name) && !is_own_tap(link, context.caller)) {
            throw Error(ErrorKind::conflict, "interface " + link.name + " is not a tap of yours");
        }
        const auto owner = Ownership::parse(link.alias);
        if (link.master == bridge.index && is_own_tap(link, context.caller) && owner &&
            owner->tag == spec.table.tag) {
            guarded.insert(link.name);
        }
    }
    std::erase_if(spec.guests,
                  [&](const GuardGuest& guest) { return !guarded.contains(guest.tap); });
    spec.taps.assign(guarded.begin(), guarded.end());
}

nlohmann::json apply(Request request, Context& context) {
    GuardSpec& spec = request.spec;
    spec.table.uid = context.caller;
    const net::Link bridge = own_bridge(context.netlink, request.bridge, context.caller);
    spec.gateway = address_in(context.netlink, bridge, spec.subnet);
    for (const GuardGuest& guest : spec.guests) {
        if (guest.address == spec.gateway) {
            throw Error(ErrorKind::invalid, guest.address.text() + " is the bridge's own address");
        }
    }
    find_taps(spec, bridge, context);
    net::Nftables nftables;
    try {
        nftables.run(guard_commands(spec), "change the packet filter");
    } catch (const Error&) {
        if (const std::string lacks = bridge_filter_lacks(nftables); !lacks.empty()) {
            throw Error(
                ErrorKind::unsupported,
                "this kernel does not filter packets on bridges (" + lacks + ")",
                "it needs CONFIG_NF_TABLES_BRIDGE, as the kernels of distributions have it");
        }
        throw;
    }
    return {{"taps", spec.taps}};
}

} // namespace

Action parse_guard_apply(Arguments& arguments) {
    return [request = parse(arguments)](Context& context) { return apply(request, context); };
}

} // namespace banger::privileged
