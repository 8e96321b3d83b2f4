#include "vm/host_network.hpp"

#include "os/join.hpp"
#include "vm/settings.hpp"

#include <algorithm>

namespace banger::vm {

using os::Error;
using os::ErrorKind;

namespace {

constexpr int widest_prefix = 16; ///< as network.subnet may be

/// The parts in which `one` is not as `other`: "network.subnet: 10.77.0.0/24".
std::string difference(const HostNetwork& one, const HostNetwork& other) {
    std::vector<std::string> parts;
    if (one.subnet != other.subnet) {
        parts.push_back("network.subnet: " + one.subnet.text());
    }
    if (one.bridge != other.bridge) {
        parts.push_back("network.bridge: " + one.bridge);
    }
    return os::join(parts);
}

} // namespace

std::optional<HostNetwork> network_of(const std::vector<std::string>& addresses,
                                      const std::vector<net::Link>& links) {
    for (const net::Link& link : links) {
        for (const net::InterfaceAddress& own : link.addresses) {
            const bool leads =
                std::any_of(addresses.begin(), addresses.end(), [&](const std::string& address) {
                    const auto parsed = net::Ipv4::parse(address);
                    return parsed && own.subnet().contains(*parsed) && *parsed != own.address;
                });
            if (link.kind == "bridge" && leads) {
                return HostNetwork{link.name, own.subnet()};
            }
        }
    }
    return std::nullopt;
}

net::Subnet wanted_subnet(const Settings& settings) {
    return settings.wanted_network ? settings.wanted_network->subnet : settings.subnet;
}

bool is_guest_address(const std::string& address, const net::Subnet& subnet) {
    const auto parsed = net::Ipv4::parse(address);
    return parsed && subnet.contains(*parsed) && *parsed != subnet.network &&
           *parsed != subnet.host(1) && *parsed != subnet.broadcast();
}

Error network_held(const Settings& settings, const std::vector<std::string>& running) {
    const HostNetwork now{settings.bridge, settings.subnet};
    const HostNetwork wanted = settings.wanted_network.value_or(now);
    const bool one = running.size() == 1;
    const std::string who = running.empty() ? "this daemon was started for VMs"
                                            : (one ? "VM " : "VMs ") + os::join(running) +
                                                  " still " + (one ? "runs" : "run");
    const std::string where =
        now.subnet != wanted.subnet ? now.subnet.text() : "bridge " + now.bridge;
    const std::string back = "set " + difference(now, wanted) + " in config.yaml again";
    return Error(ErrorKind::conflict,
                 who + " on " + where + ", and config.yaml says " + difference(wanted, now),
                 (running.empty() ? std::string()
                  : one           ? "stop it, or " + back + "; then: "
                                  : "stop them, or " + back + "; then: ") +
                     "banger daemon restart");
}

Error address_outside(const std::string& vm, const std::string& address,
                      const net::Subnet& subnet) {
    // What network.subnet was is not kept: the nearest that has the address is as good.
    std::string like;
    if (const auto parsed = net::Ipv4::parse(address)) {
        for (int prefix = subnet.prefix; prefix >= widest_prefix && like.empty(); --prefix) {
            const net::Subnet guess = net::Subnet::around(*parsed, prefix);
            like = is_guest_address(address, guess) ? ", as " + guess.text() + " does" : "";
        }
    }
    return Error(ErrorKind::conflict,
                 "VM " + vm + " has the address " + address +
                     " for life, and network.subnet in config.yaml, " + subnet.text() +
                     ", does not have it",
                 "set network.subnet to one that has it" + like +
                     ", then: banger daemon restart; or make the VM anew: banger vm delete " + vm);
}

} // namespace banger::vm
