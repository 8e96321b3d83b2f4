#include "vmm/firecracker/driver.hpp"

#include "os/error.hpp"
#include "vmm/common_plan.hpp"
#include "vmm/firecracker/jail.hpp"
#include "vmm/firecracker/requests.hpp"
#include "vmm/socket_path.hpp"

#include <algorithm>
#include <utility>

namespace banger::vmm::firecracker {
using os::Error;
using os::ErrorKind;

namespace {

/// Interrupt lines for virtio devices on x86, since 1.15.
constexpr std::uint32_t virtio_slots = 17;
constexpr std::size_t longest_id = 64;

/// Firecracker panics on another one.
const std::string& checked_instance_id(const std::string& id) {
    const bool good =
        !id.empty() && id.size() <= longest_id && std::all_of(id.begin(), id.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-';
        });
    if (!good) {
        throw Error(ErrorKind::invalid,
                    "VM id \"" + id + "\": 1 to 64 letters, digits and - for Firecracker");
    }
    return id;
}

} // namespace

Driver::Driver(Host host) : host_(std::move(host)) {}

Capabilities Driver::capabilities() const noexcept {
    Capabilities can;
    can.pause = true;
    can.balloon = true;
    can.power_button = true; // Ctrl-Alt-Del
    can.packed_kernel = host_.version >= first_with_packed_kernel;
    can.resize_disk = true;
    can.limits_network = true;
    can.jail = true;
    can.own_vsock = true;
    can.no_vhost_vsock = "Firecracker has an AF_VSOCK device of its own";
    can.max_vcpus = 32;
    can.max_devices = virtio_slots - own_devices;
    return can;
}

SupervisorPlan Driver::plan(const LaunchSpec& spec) const {
    SupervisorPlan plan = common_plan(*this, spec);
    if (spec.memory_mib < 1) {
        throw Error(ErrorKind::invalid, "a VM has at least 1 MiB of memory");
    }
    const RunFolder run{spec.run_dir};
    check_socket_path(run.vmm_api());
    // Where Firecracker looks for who takes a guest's connection to a port of the host.
    check_socket_path(run.vmm_vsock().string() + "_4294967295");

    plan.control = Control::firecracker;
    plan.argv = {host_.probe.binary.string(),
                 "--id",
                 checked_instance_id(spec.id),
                 "--api-sock",
                 run.vmm_api().string(),
                 "--log-path",
                 run.vmm_log().string(),
                 "--level",
                 "Warning"};
    plan.requests = requests(host_.version, spec);
    plan.version = host_.probe.version;
    for (std::size_t i = 0; i < spec.disks.size(); ++i) {
        const Disk& disk = spec.disks[i];
        plan.images.push_back({disk.path, disk.read_only});
        if (!disk.read_only) {
            plan.disks.push_back({disk.id, api_id(disk.id, i), disk.path});
        }
    }
    if (spec.jail) {
        put_in_jail(plan, spec);
    }
    return plan;
}

} // namespace banger::vmm::firecracker
