#include "net/collision.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/interface.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

struct BridgeSpec {
    std::string name;
    net::InterfaceAddress address;
    int mtu;
    std::string tag;
};

void refuse_collision(const BridgeSpec& spec) {
    const net::Subnet subnet = spec.address.subnet();
    if (const auto collision = net::find_collision(subnet, spec.name)) {
        throw Error(ErrorKind::conflict,
                    "network " + subnet.text() + " is in use on this host (" + collision->with +
                        ")",
                    collision->alternative ? "set network.subnet to a free one, such as " +
                                                 collision->alternative->text() + ", in config.yaml"
                                           : "set network.subnet to a free one in config.yaml");
    }
}

/// Is a VM on it right now? Its tap has a carrier as long as the VMM has it open.
bool in_use(net::Netlink& netlink, int bridge) {
    const auto all = net::links(netlink);
    return std::any_of(all.begin(), all.end(), [&](const net::Link& link) {
        return link.master == bridge && link.carrier;
    });
}

/// A run that was killed between creating the bridge and signing it: our MAC, and nothing else yet.
bool is_unsigned_ours(const net::Link& link) {
    return link.kind == "bridge" && link.alias.empty() && !link.up &&
           link.mac == Interface::bridge_mac(link.name);
}

void refuse_foreign(const net::Link& link, const BridgeSpec& spec, Context& context) {
    static const std::string hint =
        "set network.bridge to another name (banger-...) in config.yaml";
    if (is_unsigned_ours(link)) {
        return;
    }
    const auto owner = Ownership::parse(link.alias);
    if (link.kind != "bridge" || !owner) {
        throw Error(ErrorKind::conflict,
                    "interface " + spec.name + " exists and was not made by banger", hint);
    }
    if (owner->uid != context.caller) {
        throw Error(ErrorKind::conflict,
                    "bridge " + spec.name + " belongs to user " + std::to_string(owner->uid), hint);
    }
    // Two daemons of one user would give the same addresses twice on one wire.
    if (owner->tag != spec.tag && in_use(context.netlink, link.index)) {
        throw Error(ErrorKind::conflict,
                    "bridge " + spec.name + " is in use by the VMs of another banger of yours",
                    hint);
    }
}

void ensure_address(Interface& bridge, const BridgeSpec& spec, Context& context) {
    const auto present = net::addresses_of(context.netlink, bridge.link().index);
    if (present == std::vector{spec.address}) {
        return;
    }
    refuse_collision(spec);
    if (!present.empty() && in_use(context.netlink, bridge.link().index)) {
        throw Error(ErrorKind::conflict,
                    "bridge " + spec.name + " has address " + present.front().text() +
                        " and VMs that use it",
                    "stop all VMs before network.subnet changes");
    }
    for (const net::InterfaceAddress& old : present) {
        if (old != spec.address) {
            bridge.remove_address(old);
        }
    }
    if (std::find(present.begin(), present.end(), spec.address) == present.end()) {
        bridge.add_address(spec.address);
    }
}

nlohmann::json ensure(const BridgeSpec& spec, Context& context) {
    const auto existing = net::find_link(context.netlink, spec.name);
    if (existing) {
        refuse_foreign(*existing, spec, context);
    } else {
        refuse_collision(spec);
    }
    Interface bridge = existing ? Interface(context.netlink, *existing)
                                : Interface::create_bridge(context.netlink, spec.name, spec.mtu);
    if (existing) { // made by an older banger, or changed since
        bridge.bridge_all_frames();
    } else {
        context.undo.push_back([bridge]() mutable { bridge.remove(); });
    }
    const auto owner = Ownership::parse(bridge.link().alias);
    if (!owner || owner->tag != spec.tag) {
        bridge.set_alias(Ownership{context.caller, spec.tag, Ownership::now()}.text());
    }
    if (bridge.link().mtu != spec.mtu) {
        bridge.set_mtu(spec.mtu);
    }
    const bool without_ipv6 = bridge.disable_ipv6();
    ensure_address(bridge, spec, context);
    if (!bridge.link().up) {
        bridge.set_up();
    }
    const auto made = Interface::get(context.netlink, spec.name).link();
    if (!made.up || made.mtu != spec.mtu || made.index != bridge.link().index ||
        net::addresses_of(context.netlink, made.index) != std::vector{spec.address}) {
        throw Error(ErrorKind::internal, "bridge " + spec.name + " is not as it was just set up",
                    "does another program (NetworkManager, systemd-networkd) manage it?");
    }
    return {{"index", made.index}, {"existed", existing.has_value()}, {"ipv6", !without_ipv6}};
}

} // namespace

Action parse_bridge_ensure(Arguments& arguments) {
    BridgeSpec spec{arguments.bridge("bridge"), arguments.address("address"), arguments.mtu("mtu"),
                    arguments.tag("tag")};
    return [spec = std::move(spec)](Context& context) { return ensure(spec, context); };
}

} // namespace banger::privileged
