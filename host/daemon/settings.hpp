#pragma once

#include "config/config.hpp"
#include "daemon/known_vms.hpp"
#include "os/paths.hpp"
#include "plugin/settings.hpp"
#include "vm/host_network.hpp"
#include "vm/settings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace banger::daemon {

/// The network that VMs are to be on. While some run on another than `config` names they hold it:
/// `wanted` is that of `config` then.
struct NetworkChoice {
    vm::HostNetwork network;
    std::optional<vm::HostNetwork> wanted;
};

/// The folders of managed images.
[[nodiscard]] std::filesystem::path image_store_dir(const os::UserPaths& paths);

/// config.yaml, the user's folders and the installation in the terms of the parts below.
[[nodiscard]] vm::Settings vm_settings(const config::Config& config, const os::UserPaths& paths,
                                       const NetworkChoice& network);
[[nodiscard]] plugin::Settings plugin_settings(const config::Config& config,
                                               const os::UserPaths& paths);

/// The subnet of the configuration. "auto" is `last` as long as it is set (VMs keep their addresses
/// for life), else the default one or, when the host uses that, a free one.
[[nodiscard]] net::Subnet choose_subnet(const config::Config& config, const std::string& last);

/// network.bridge and choose_subnet(), or what those of `vms` are on that run.
[[nodiscard]] NetworkChoice choose_network(const config::Config& config, const std::string& last,
                                           const std::vector<KnownVm>& vms);

} // namespace banger::daemon
