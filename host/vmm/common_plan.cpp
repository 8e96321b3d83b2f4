#include "vmm/common_plan.hpp"

#include "os/error.hpp"
#include "vmm/socket_path.hpp"

#include <string>

namespace banger::vmm {
using os::Error;
using os::ErrorKind;

SupervisorPlan common_plan(const Hypervisor& hypervisor, const LaunchSpec& spec) {
    const Probe& probe = hypervisor.probe();
    const std::string name(hypervisor.name());
    if (!probe.usable) {
        throw Error(ErrorKind::unavailable, name + ": " + probe.reason);
    }
    const Capabilities can = hypervisor.capabilities();
    if (spec.vcpus < 1 || spec.vcpus > can.max_vcpus) {
        throw Error(ErrorKind::invalid, "a VM has 1 to " + std::to_string(can.max_vcpus) +
                                            " vCPUs, not " + std::to_string(spec.vcpus));
    }
    if (spec.disks.size() + spec.nics.size() > can.max_devices) {
        throw Error(ErrorKind::invalid, "a VM has at most " + std::to_string(can.max_devices) +
                                            " disks and network interfaces");
    }
    if (spec.vsock && !can.vhost_vsock) {
        throw Error(ErrorKind::unsupported, name + ": " + std::string(can.no_vhost_vsock));
    }
    const RunFolder run{spec.run_dir};
    check_socket_path(run.control());
    check_socket_path(run.guest());

    SupervisorPlan plan;
    plan.id = spec.id;
    plan.name = spec.name;
    plan.driver = name;
    plan.accel = probe.accel;
    plan.dir = spec.dir;
    plan.run_dir = spec.run_dir;
    for (const Nic& nic : spec.nics) {
        plan.taps.push_back(nic.tap);
    }
    plan.vsock = spec.vsock;
    plan.console_path = spec.console_path;
    plan.console_max_bytes = spec.console_max_bytes;
    plan.stop_timeout = spec.stop_timeout;
    return plan;
}

} // namespace banger::vmm
