#pragma once

#include "net/address.hpp"
#include "vm/host_network.hpp"
#include "vmm/agent_channel.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace banger::vm {

/// What a VM may move in a second; 0: no limit.
struct RateLimits {
    std::int64_t disk_bytes = 0;
    std::int64_t disk_ops = 0;
    std::int64_t network_bytes = 0;
};

/// What the lifecycle takes from config.yaml and the installation.
struct Settings {
    std::filesystem::path vms_dir;       ///< one folder per VM, by id
    std::filesystem::path run_dir;       ///< one short-lived folder per running VM
    std::filesystem::path templates_dir; ///< formatted disks to clone
    std::filesystem::path images_dir;    ///< copies of images that VMs boot from
    std::filesystem::path image_store;   ///< folders of managed images
    std::filesystem::path image_tool;    ///< the program that reads file systems of images
    std::filesystem::path banger_vm;     ///< the supervisor program

    std::string bridge = "banger";
    net::Subnet subnet;
    /// What config.yaml names, while VMs that run hold this daemon on `bridge` and `subnet`.
    std::optional<HostNetwork> wanted_network;
    std::uint32_t mtu = 1500;
    std::string domain = "vm";    ///< testbox.vm
    bool network_required = true; ///< refuse a VM that no plugin gives a network card

    std::string image; ///< empty: the bundle's
    std::uint32_t vcpus = 1;
    std::uint64_t memory_mib = 512;
    std::uint64_t disk_mib = 8192;
    std::uint64_t work_disk_mib = 8192;
    std::string disk_mode = "overlay";
    RateLimits limits;
    std::string vmm = "auto";
    vmm::ChannelKind agent_channel = vmm::ChannelKind::serial;
    std::filesystem::path vhost_vsock; ///< the device for AF_VSOCK
    std::string autostart = "off";     ///< "on", "off", "last"
    std::chrono::seconds idle_stop{0}; ///< 0: never
    std::chrono::seconds max_lifetime{0};
    std::chrono::seconds create_timeout{120};
    std::chrono::seconds stop_timeout{20};
    std::chrono::milliseconds cleanup_retry{5000}; ///< of what failed; then twice as long each time
    std::uint64_t console_max_bytes = 4U << 20U;
};

} // namespace banger::vm
