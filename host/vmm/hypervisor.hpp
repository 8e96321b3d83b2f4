#pragma once

#include "vmm/plan.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

/// Hypervisor::name() of the drivers.
constexpr std::string_view firecracker_name = "firecracker";
constexpr std::string_view qemu_name = "qemu";

/// What a device may move in a second; 0: no limit.
struct RateLimit {
    std::uint64_t bytes = 0;
    std::uint64_t ops = 0; ///< requests of a disk, packets of a network card
    bool operator==(const RateLimit&) const = default;
    [[nodiscard]] bool any() const noexcept { return bytes != 0 || ops != 0; }
};

/// A raw image, attached as a virtio block device in the order given.
struct Disk {
    std::string id; ///< the guest sees it as the serial, where the VMM has serials
    /// Relative to the VM's folder when inside it, so that a folder can move with its snapshot.
    std::filesystem::path path;
    bool read_only = false;
    RateLimit limit; ///< of reading and writing together
};

struct Nic {
    std::string id;
    std::string tap; ///< an existing TAP device owned by our uid
    std::string mac;
    std::uint32_t mtu = 1500;
    RateLimit limit; ///< in each direction; for a VMM that Capabilities::limits_network says it of
};

/// What a jail of this user is made with.
struct JailSetup {
    std::vector<std::string> command; ///< Jail::command
    std::string hint;                 ///< Jail::hint
    std::uint32_t first_uid = 0;      ///< of those that a jail may get
};

/// One VM as the lifecycle wants it, in no VMM's terms. Every VM also gets a console, a random
/// number source, a balloon where the VMM has one, and the guest channel at RunFolder::guest().
struct LaunchSpec {
    std::string id;
    std::string name;
    std::filesystem::path dir;     ///< the VM's folder: working directory of the VMM
    std::filesystem::path run_dir; ///< short path: sockets are made in it
    std::uint32_t vcpus = 1;
    std::uint64_t memory_mib = 512;
    std::filesystem::path kernel; ///< ELF vmlinux or, with Capabilities::packed_kernel, a bzImage
    std::filesystem::path initrd;
    /// key[=value], from the guest-config builder. What a VMM itself needs (console, reboot type,
    /// clock) is the driver's to add, and an entry here that sets one of those is refused.
    std::vector<std::string> kernel_args;
    /// Go on also where the guest's kernel measured its timer wrong; else it reboots to try again.
    bool any_timer = false;
    std::vector<Disk> disks;
    std::vector<Nic> nics;
    std::optional<Vsock> vsock;    ///< for a VMM that Capabilities::vhost_vsock says it of
    std::optional<JailSetup> jail; ///< for a VMM that Capabilities::jail says it of
    std::filesystem::path console_path;
    std::uint64_t console_max_bytes = 4U << 20U;
    std::chrono::milliseconds stop_timeout{20'000}; ///< SupervisorPlan::stop_timeout
};

/// What a VMM can do, as data: the caller asks before it offers.
struct Capabilities {
    bool pause = false;
    bool balloon = false;
    bool power_button = false;  ///< a host-side request that the guest may answer by powering off
    bool disk_serials = false;  ///< else a kernel argument tells the guest its disks
    bool packed_kernel = false; ///< boots a bzImage, too
    bool resize_disk = false;
    bool limits_network = false;
    bool jail = false;        ///< may be run as another user, in a root of its own
    bool templates = false;   ///< snapshot and restore of memory
    bool own_vsock = false;   ///< the guest channel is an AF_VSOCK device of the VMM's own
    bool vhost_vsock = false; ///< AF_VSOCK by a device that the host's kernel serves
    /// Why not: one line, of static storage.
    std::string_view no_vhost_vsock = "this VMM has no vhost-vsock device";
    std::uint32_t max_vcpus = 1;
    std::uint32_t max_devices = 0; ///< disks and nics together
};

/// What this machine said about one VMM.
struct Probe {
    std::string driver;
    bool usable = false;
    std::string accel; ///< "kvm", "tcg", or empty when not usable
    std::string version;
    std::filesystem::path binary;
    std::string reason; ///< why not usable, or why this accelerator: one line
    /// Key of config.yaml by which it is not usable, as "qemu.binary"; empty when it is usable.
    std::string setting;
    std::string remedy; ///< what makes it usable; empty when nothing does, or it is
};

/// The one interface of a VMM. Running VMs are the supervisor's; a driver only knows how to start
/// one, so all of it is pure and may be called from any thread.
class Hypervisor {
  public:
    Hypervisor() = default;
    Hypervisor(const Hypervisor&) = delete;
    Hypervisor& operator=(const Hypervisor&) = delete;
    virtual ~Hypervisor() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual const Probe& probe() const noexcept = 0; ///< stays as it is
    [[nodiscard]] virtual Capabilities capabilities() const noexcept = 0;
    /// Throws invalid (a value this VMM cannot take, a socket path that is too long) or unavailable
    /// (it is not usable here). Touches nothing.
    [[nodiscard]] virtual SupervisorPlan plan(const LaunchSpec& spec) const = 0;
};

} // namespace banger::vmm
