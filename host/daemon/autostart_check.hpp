#pragma once

#include "daemon/check.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace banger::daemon {

/// Where systemd(1) keeps what is started for this user without a login.
struct UserUnits {
    std::vector<std::filesystem::path> folders; ///< in which `systemctl --user enable` makes links
    std::filesystem::path linger;               ///< there when the user lingers (loginctl(1))
    bool systemd = true;                        ///< it runs here

    /// Those of whoever calls.
    [[nodiscard]] static UserUnits usual();
};

/// Whether these VMs, which are to start with this machine, will: something must start bangerd.
/// Nothing when there are none.
[[nodiscard]] std::optional<Check> autostart_check(const std::vector<std::string>& vms,
                                                   const UserUnits& units);

} // namespace banger::daemon
