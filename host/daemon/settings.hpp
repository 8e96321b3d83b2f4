#pragma once

#include "config/config.hpp"
#include "os/paths.hpp"
#include "plugin/settings.hpp"
#include "vm/settings.hpp"

namespace banger::daemon {

/// config.yaml, the user's folders and the installation in the terms of the parts below.
[[nodiscard]] vm::Settings vm_settings(const config::Config& config, const os::UserPaths& paths,
                                       const net::Subnet& subnet);
[[nodiscard]] plugin::Settings plugin_settings(const config::Config& config,
                                               const os::UserPaths& paths);

/// The subnet of the configuration. "auto" is `last` as long as it is set (VMs keep their addresses
/// for life), else the default one or, when the host uses that, a free one.
[[nodiscard]] net::Subnet choose_subnet(const config::Config& config, const std::string& last);

} // namespace banger::daemon
