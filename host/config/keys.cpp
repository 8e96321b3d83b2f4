#include "config/keys.hpp"

#include "config/config.hpp"
#include "config/limits.hpp"
#include "config/units.hpp"

#include <array>

namespace banger::config {
namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t hour = 3600 * second;

constexpr std::array<std::string_view, 2> disk_modes{"overlay", "copy"};
constexpr std::array<std::string_view, 3> vmms{"auto", "firecracker", "qemu"};
constexpr std::array<std::string_view, 3> accels{"auto", "kvm", "tcg"};
constexpr std::array<std::string_view, 3> agent_channels{"serial", "vsock", "auto"};
constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 3> autostarts{"on", "off", "last"};
constexpr std::array<std::string_view, 2> on_errors{"fail", "warn"};

constexpr Rule choice(std::span<const std::string_view> choices) {
    return {Kind::choice, 0, 0, choices};
}

constexpr auto config_table = std::to_array<Key<Config>>({
    {"network",
     "bridge",
     "Bridge that the VMs are connected to; it must begin with \"banger\"",
     {Kind::bridge},
     [](Config& c) -> Slot { return &c.network.bridge; }},
    {"network",
     "subnet",
     "Private IPv4 network of the VMs; auto takes the first free one",
     {Kind::subnet},
     [](Config& c) -> Slot { return &c.network.subnet; }},
    {"network",
     "mtu",
     "Largest packet on the bridge and in the guests, in bytes",
     {Kind::integer, 576, 65535},
     [](Config& c) -> Slot { return &c.network.mtu; }},
    {"network",
     "required",
     "Whether a VM must get a network card from a plugin; without one only its console is reached",
     {Kind::boolean},
     [](Config& c) -> Slot { return &c.network.required; }},

    {"vm",
     "image",
     "Image of a VM that names none; empty is that of banger image default",
     {Kind::text},
     [](Config& c) -> Slot { return &c.vm.image; }},
    {"vm",
     "vcpus",
     "Virtual CPUs",
     {Kind::integer, 1, max_vcpus},
     [](Config& c) -> Slot { return &c.vm.vcpus; }},
    {"vm",
     "memory",
     "Memory of the guest",
     {Kind::mib, min_memory_mib, max_memory_mib},
     [](Config& c) -> Slot { return &c.vm.memory_mib; }},
    {"vm",
     "disk",
     "Size of the root file system as the guest sees it; blocks are used as needed",
     {Kind::mib, min_disk_mib, max_disk_mib},
     [](Config& c) -> Slot { return &c.vm.disk_mib; }},
    {"vm",
     "work_disk",
     "Size of the disk that is mounted on /root",
     {Kind::mib, min_disk_mib, max_disk_mib},
     [](Config& c) -> Slot { return &c.vm.work_disk_mib; }},
    {"vm", "disk_mode", "overlay shares the image read-only; copy gives each VM a full clone",
     choice(disk_modes), [](Config& c) -> Slot { return &c.vm.disk_mode; }},
    {"vm",
     "disk_bandwidth",
     "What each disk reads and writes in a second at most; 0 is without a limit",
     {Kind::bytes, 0, max_bytes_per_s, {}, min_bytes_per_s},
     [](Config& c) -> Slot { return &c.vm.disk_bandwidth; }},
    {"vm",
     "disk_iops",
     "How often each disk is read and written in a second at most; 0 is without a limit",
     {Kind::integer, 0, max_ops_per_s, {}, min_ops_per_s},
     [](Config& c) -> Slot { return &c.vm.disk_iops; }},
    {"vm",
     "network_bandwidth",
     "What is sent, and what is received, in a second at most; 0 is without a limit",
     {Kind::bytes, 0, max_bytes_per_s, {}, min_bytes_per_s},
     [](Config& c) -> Slot { return &c.vm.network_bandwidth; }},
    {"vm", "vmm", "Virtual machine monitor; auto takes firecracker where it runs guests, else qemu",
     choice(vmms), [](Config& c) -> Slot { return &c.vm.vmm; }},
    {"vm", "autostart",
     "Whether it is started when this machine has come up; last: if it ran when that went down",
     choice(autostarts), [](Config& c) -> Slot { return &c.vm.autostart; }},
    {"vm",
     "idle_stop",
     "Stopped after so long without a login, load or network traffic; 0s is never",
     {Kind::duration, 0, max_policy_s* second},
     [](Config& c) -> Slot { return &c.vm.idle_stop; }},
    {"vm",
     "max_lifetime",
     "Stopped so long after its start, whatever happens in it; 0s is never",
     {Kind::duration, 0, max_policy_s* second},
     [](Config& c) -> Slot { return &c.vm.max_lifetime; }},
    {"vm",
     "create_timeout",
     "How long create and start wait until SSH answers",
     {Kind::duration, second, hour},
     [](Config& c) -> Slot { return &c.vm.create_timeout; }},
    {"vm",
     "stop_timeout",
     "How long stop waits for the guest before it is ended",
     {Kind::duration, 0, hour},
     [](Config& c) -> Slot { return &c.vm.stop_timeout; }},

    {"runtime",
     "bundle",
     "Folder of the runtime bundle; empty searches the usual places",
     {Kind::path},
     [](Config& c) -> Slot { return &c.runtime.bundle; }},

    {"firecracker",
     "binary",
     "Firecracker program: a name in PATH or an absolute path; auto is the runtime bundle's, else "
     "one in PATH",
     {Kind::program},
     [](Config& c) -> Slot { return &c.firecracker.binary; }},
    {"firecracker",
     "jailer",
     "Run each Firecracker as a user of its own in a root of its own, by the jailer beside it",
     {Kind::boolean},
     [](Config& c) -> Slot { return &c.firecracker.jailer; }},
    {"firecracker",
     "jail_uid",
     "First of the 1000 user ids, which nobody else has, that jailed VMs run as",
     {Kind::integer, 65536, 2'000'000'000},
     [](Config& c) -> Slot { return &c.firecracker.jail_uid; }},

    {"qemu",
     "binary",
     "QEMU program: a name in PATH or an absolute path",
     {Kind::program},
     [](Config& c) -> Slot { return &c.qemu.binary; }},
    {"qemu", "accel", "auto takes KVM where it works, else TCG (emulation)", choice(accels),
     [](Config& c) -> Slot { return &c.qemu.accel; }},
    {"qemu", "agent_channel",
     "Way to the agents in guests: serial port, vsock (AF_VSOCK), or auto: vsock where it can be "
     "had",
     choice(agent_channels), [](Config& c) -> Slot { return &c.qemu.agent_channel; }},

    {"console",
     "max_size",
     "How much of a VM's console is kept",
     {Kind::bytes, mib / 16, 1024 * mib},
     [](Config& c) -> Slot { return &c.console.max_size; }},

    {"log", "level", "What bangerd.log holds", choice(levels),
     [](Config& c) -> Slot { return &c.log.level; }},
    {"log",
     "max_size",
     "Size at which bangerd.log is turned over; one older file is kept",
     {Kind::bytes, mib / 16, 1024 * mib},
     [](Config& c) -> Slot { return &c.log.max_size; }},

    {"plugins",
     "path",
     "Folders with plugins, searched before the installed one",
     {Kind::paths},
     [](Config& c) -> Slot { return &c.plugins.path; }},
});

constexpr auto entry_table = std::to_array<Key<PluginEntry>>({
    {"",
     "enabled",
     "Whether the plugin is loaded",
     {Kind::boolean},
     [](PluginEntry& e) -> Slot { return &e.enabled; }},
    {"",
     "required",
     "bangerd refuses to start without it",
     {Kind::boolean},
     [](PluginEntry& e) -> Slot { return &e.required; }},
    {"", "on_error", "Whether its failing hook fails the operation (fail) or is only told (warn)",
     choice(on_errors), [](PluginEntry& e) -> Slot { return &e.on_error; }},
    {"",
     "timeout",
     "Longest time of one of its hooks; 0 is what the plugin asks for",
     {Kind::duration, 0, hour},
     [](PluginEntry& e) -> Slot { return &e.timeout; }},
    {"",
     "after",
     "Plugins whose hooks run before those of this one",
     {Kind::texts},
     [](PluginEntry& e) -> Slot { return &e.after; }},
    {"",
     "allow_override",
     "Guest configuration fields that it may take from another plugin",
     {Kind::texts},
     [](PluginEntry& e) -> Slot { return &e.allow_override; }},
    {"",
     "config",
     "The plugin's own settings; its README describes them",
     {Kind::object},
     [](PluginEntry& e) -> Slot { return &e.config; }},
});

} // namespace

std::span<const Key<Config>> config_keys() noexcept {
    return config_table;
}

std::span<const Key<PluginEntry>> entry_keys() noexcept {
    return entry_table;
}

} // namespace banger::config
