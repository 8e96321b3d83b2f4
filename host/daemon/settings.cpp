#include "daemon/settings.hpp"

#include "net/collision.hpp"
#include "net/link.hpp"

#include <unistd.h>

namespace banger::daemon {

std::filesystem::path image_store_dir(const os::UserPaths& paths) {
    return paths.data / "image-store";
}

vm::Settings vm_settings(const config::Config& config, const os::UserPaths& paths,
                         const NetworkChoice& network) {
    const auto seconds = [](std::chrono::milliseconds time) {
        return std::chrono::ceil<std::chrono::seconds>(time);
    };
    vm::Settings settings;
    settings.vms_dir = paths.data / "vms";
    settings.run_dir = paths.runtime / "vm";
    settings.images_dir = paths.data / "images";
    settings.image_store = image_store_dir(paths);
    settings.image_tool = os::installation().libexec / "banger-image";
    settings.templates_dir = paths.data / "templates";
    settings.banger_vm = os::installation().libexec / "banger-vm";
    settings.bridge = network.network.bridge;
    settings.subnet = network.network.subnet;
    settings.wanted_network = network.wanted;
    settings.mtu = static_cast<std::uint32_t>(config.network.mtu);
    settings.network_required = config.network.required;
    settings.image = config.vm.image;
    settings.vcpus = static_cast<std::uint32_t>(config.vm.vcpus);
    settings.memory_mib = static_cast<std::uint64_t>(config.vm.memory_mib);
    settings.disk_mib = static_cast<std::uint64_t>(config.vm.disk_mib);
    settings.work_disk_mib = static_cast<std::uint64_t>(config.vm.work_disk_mib);
    settings.disk_mode = config.vm.disk_mode;
    settings.limits = {config.vm.disk_bandwidth, config.vm.disk_iops, config.vm.network_bandwidth};
    settings.vmm = config.vm.vmm;
    settings.agent_channel = vmm::channel_kind(config.qemu.agent_channel);
    settings.vhost_vsock = vmm::vhost_vsock_device;
    settings.autostart = config.vm.autostart;
    settings.idle_stop = seconds(config.vm.idle_stop);
    settings.max_lifetime = seconds(config.vm.max_lifetime);
    settings.create_timeout = seconds(config.vm.create_timeout);
    settings.stop_timeout = seconds(config.vm.stop_timeout);
    settings.console_max_bytes = static_cast<std::uint64_t>(config.console.max_size);
    return settings;
}

plugin::Settings plugin_settings(const config::Config& config, const os::UserPaths& paths) {
    plugin::Settings settings;
    settings.path.assign(config.plugins.path.begin(), config.plugins.path.end());
    settings.path.push_back(os::installation().plugins);
    for (const auto& [id, entry] : config.plugins.entries) {
        plugin::EntrySettings& part = settings.entries[id];
        part.enabled = entry.enabled;
        part.required = entry.required;
        part.warn_only = entry.on_error == "warn";
        part.builtin = entry.place.empty();
        part.place = entry.place;
        if (entry.timeout.count() > 0) {
            part.timeout = entry.timeout;
        }
        part.after = entry.after;
        part.allow_override = entry.allow_override;
        part.config_json = entry.config;
        const std::string entry_key = "plugins.entries." + id + ".";
        const std::string config_key = entry_key + "config";
        for (const auto& [key, place] : config.from_file) {
            if (key == config_key) {
                part.places[""] = place;
            } else if (key.starts_with(config_key + ".")) {
                part.places[key.substr(config_key.size() + 1)] = place;
            } else if (key.starts_with(entry_key)) {
                part.key_places[key.substr(entry_key.size())] = place;
            }
        }
    }
    settings.daemon_version = BANGER_VERSION;
    settings.state_dir = paths.state / "plugins";
    settings.uid = ::getuid();
    settings.probe = os::installation().libexec / "banger-plugin";
    settings.probe_cache = paths.state / "plugin-probes.json";
    // Options of `vm create` and `vm set` themselves.
    settings.reserved_flags = {"name",         "image",
                               "vcpu",         "memory",
                               "disk",         "work-disk",
                               "disk-mode",    "vmm",
                               "timeout",      "detach",
                               "dry-run",      "json",
                               "help",         "yes",
                               "verbose",      "quiet",
                               "autostart",    "idle-stop",
                               "max-lifetime", "disk-bandwidth",
                               "disk-iops",    "network-bandwidth"};
    return settings;
}

net::Subnet choose_subnet(const config::Config& config, const std::string& last) {
    if (config.network.subnet != "auto") {
        return net::Subnet::parse(config.network.subnet);
    }
    if (!last.empty()) {
        return net::Subnet::parse(last);
    }
    const net::Subnet standard = net::Subnet::parse(config::default_config().network.subnet);
    const auto collision = net::find_collision(standard, config.network.bridge);
    return collision && collision->alternative ? *collision->alternative : standard;
}

NetworkChoice choose_network(const config::Config& config, const std::string& last,
                             const std::vector<KnownVm>& vms) {
    std::vector<std::string> addresses;
    for (const KnownVm& vm : vms) {
        if (vm.runs) {
            addresses.push_back(vm.address);
        }
    }
    vm::HostNetwork wanted{config.network.bridge, choose_subnet(config, last)};
    const auto held = addresses.empty() ? std::nullopt : vm::network_of(addresses, net::links());
    if (held && config.network.subnet == "auto") {
        wanted.subnet = held->subnet;
    }
    if (!held || *held == wanted) {
        return {wanted, std::nullopt};
    }
    return {*held, wanted};
}

} // namespace banger::daemon
