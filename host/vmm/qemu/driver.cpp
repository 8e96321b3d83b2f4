#include "vmm/qemu/driver.hpp"

#include "os/error.hpp"
#include "vmm/common_plan.hpp"
#include "vmm/qemu/command_line.hpp"

#include <algorithm>
#include <utility>

namespace banger::vmm::qemu {
using os::Error;
using os::ErrorKind;

namespace {

/// The machine has 24 virtio slots with its second IO-APIC; guest channel, rng and balloon take
/// three.
constexpr std::uint32_t virtio_slots = 24;
constexpr std::uint32_t own_devices = 3;

} // namespace

Driver::Driver(Host host) : host_(std::move(host)) {}

Capabilities Driver::capabilities() const noexcept {
    Capabilities can;
    can.pause = true;
    can.balloon = true;
    can.power_button = true;
    can.disk_serials = true;
    can.packed_kernel = true;
    can.resize_disk = true;
    // Without KVM, QEMU's virtio-mmio gives a vhost device no notifiers (hw/virtio/virtio-mmio.c,
    // up to 8.1): the guest would wait for it for ever.
    can.vhost_vsock = host_.vhost_vsock && host_.probe.accel == "kvm";
    can.no_vhost_vsock = host_.vhost_vsock
                             ? "guests are emulated here, and a vhost-vsock device needs KVM"
                             : "this QEMU is built without the vhost-vsock device";
    can.max_vcpus = 64;
    can.max_devices = virtio_slots - own_devices;
    return can;
}

SupervisorPlan Driver::plan(const LaunchSpec& spec) const {
    SupervisorPlan plan = common_plan(*this, spec);
    if (std::any_of(spec.nics.begin(), spec.nics.end(),
                    [](const Nic& nic) { return nic.limit.any(); })) {
        throw Error(ErrorKind::unsupported, "qemu: it limits no network card");
    }
    plan.control = Control::qmp;
    plan.argv = command_line(host_, spec);
    for (const Disk& disk : spec.disks) {
        if (!disk.read_only) {
            plan.disks.push_back({disk.id, disk.id, disk.path});
        }
    }
    return plan;
}

} // namespace banger::vmm::qemu
