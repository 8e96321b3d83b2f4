#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/interface.hpp"
#include "privileged/ownership.hpp"
#include "privileged/tap_device.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

struct TapSpec {
    std::string name;
    std::string bridge;
    uid_t owner;
    int mtu;
    std::string tag;
};

/// Everything but its existence; the same for a new one and for one that was there.
void set_up(Interface& tap, const TapSpec& spec, int bridge) {
    const auto owner = Ownership::parse(tap.link().alias);
    if (!owner || owner->tag != spec.tag) {
        tap.set_alias(Ownership{spec.owner, spec.tag, Ownership::now()}.text());
    }
    if (tap.link().mtu != spec.mtu) {
        tap.set_mtu(spec.mtu);
    }
    if (tap.link().master != bridge) {
        tap.set_master(bridge);
    }
    if (!tap.link().up) {
        // Before it is up: no address of its own, so no packet of the host's own leaves by it.
        (void)tap.disable_ipv6(); // EROFS in a container: it then has a link-local address
        tap.set_up();
    }
}

void verify(const TapSpec& spec, const net::Link& made, int bridge) {
    if (!is_own_tap(made, spec.owner) || made.master != bridge || made.mtu != spec.mtu ||
        !made.up) {
        throw Error(ErrorKind::internal, "tap " + spec.name + " is not as it was just set up",
                    "does another program (NetworkManager, systemd-networkd) manage it?");
    }
}

nlohmann::json create(const TapSpec& spec, Context& context) {
    const int bridge = own_bridge(context.netlink, spec.bridge, context.caller).index;
    const auto existing = net::find_link(context.netlink, spec.name);
    if (existing) {
        if (!is_own_tap(*existing, spec.owner)) {
            throw Error(ErrorKind::conflict,
                        "interface " + spec.name + " exists and is not a tap of yours");
        }
        Interface tap(context.netlink, *existing);
        set_up(tap, spec, bridge);
        const auto made = Interface::get(context.netlink, spec.name).link();
        verify(spec, made, bridge);
        return {{"index", made.index}, {"existed", true}};
    }
    // It lives by our descriptor until all is done, so a failure at any point leaves nothing.
    TapDevice device = TapDevice::create(spec.name, spec.owner);
    Interface tap = Interface::get(context.netlink, spec.name);
    set_up(tap, spec, bridge);
    const auto made = Interface::get(context.netlink, spec.name).link();
    verify(spec, made, bridge);
    device.persist();
    context.undo.push_back([name = spec.name] { TapDevice::attach(name).destroy(); });
    return {{"index", made.index}, {"existed", false}};
}

} // namespace

Action parse_tap_create(Arguments& arguments) {
    TapSpec spec{arguments.tap("tap"), arguments.bridge("bridge"), arguments.uid("owner_uid"),
                 arguments.mtu("mtu"), arguments.tag("tag")};
    return [spec = std::move(spec)](Context& context) {
        if (spec.owner != context.caller) {
            throw Error(ErrorKind::permission, "a tap for user " + std::to_string(spec.owner) +
                                                   " cannot be made on behalf of user " +
                                                   std::to_string(context.caller));
        }
        return create(spec, context);
    };
}

} // namespace banger::privileged
