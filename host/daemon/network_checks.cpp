#include "daemon/network_checks.hpp"

#include "os/error.hpp"

namespace banger::daemon {

std::vector<Check> network_checks(const vm::Settings& settings, const std::vector<KnownVm>& vms) {
    std::vector<Check> checks;
    const auto warn = [&checks](const std::string& key, const os::Error& why,
                                const std::string& consequence) {
        checks.push_back(
            {"network-change", "warning", why.what() + consequence, "", why.hint(), key});
    };
    const net::Subnet wanted = vm::wanted_subnet(settings);
    if (settings.wanted_network) {
        std::vector<std::string> running;
        for (const KnownVm& vm : vms) {
            if (vm.runs) {
                running.push_back(vm.name);
            }
        }
        const bool moved = wanted != settings.subnet; // addresses are for life
        warn(moved ? "network.subnet" : "network.bridge", vm::network_held(settings, running),
             std::string("; no VM is created or started meanwhile") +
                 (moved ? ", and what ran on " + settings.subnet.text() + " starts only there"
                        : ""));
    }
    for (const KnownVm& vm : vms) {
        if (!vm.runs && !vm.address.empty() && !vm::is_guest_address(vm.address, wanted)) {
            warn("network.subnet", vm::address_outside(vm.name, vm.address, wanted),
                 "; it cannot be started");
        }
    }
    return checks;
}

} // namespace banger::daemon
