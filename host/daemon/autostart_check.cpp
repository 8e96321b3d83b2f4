#include "daemon/autostart_check.hpp"

#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

namespace banger::daemon {
namespace fs = std::filesystem;

UserUnits UserUnits::usual() {
    UserUnits units;
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        units.folders.push_back(fs::path(entry.pw_dir) / ".config/systemd/user");
        units.linger = fs::path("/var/lib/systemd/linger") / entry.pw_name;
    }
    units.folders.emplace_back("/etc/systemd/user");
    std::error_code code;
    units.systemd = fs::is_directory("/run/systemd/system", code); // sd_booted(3)
    return units;
}

std::optional<Check> autostart_check(const std::vector<std::string>& vms, const UserUnits& units) {
    if (vms.empty()) {
        return std::nullopt;
    }
    std::string names;
    for (const std::string& name : vms) {
        names += (names.empty() ? "" : ", ") + name;
    }
    if (!units.systemd) {
        return Check{"autostart",
                     "warning",
                     "VMs with autostart wait for the first bangerd: " + names,
                     "no systemd runs here, which would start it",
                     "let what starts services here run, as this user: banger daemon start",
                     ""};
    }
    std::error_code code;
    const bool enabled =
        std::any_of(units.folders.begin(), units.folders.end(), [&](const fs::path& folder) {
            return fs::is_symlink(folder / "default.target.wants" / "bangerd.service", code);
        });
    const bool lingers = !units.linger.empty() && fs::exists(units.linger, code);
    if (enabled && lingers) {
        return Check{"autostart", "ok", "bangerd starts with this machine, and " + names,
                     "",          "",   ""};
    }
    return Check{"autostart",
                 "warning",
                 "VMs with autostart wait for the first bangerd: " + names,
                 enabled ? "this user's services start at the first login"
                         : "nothing starts bangerd when this machine comes up",
                 std::string(enabled ? "" : "systemctl --user enable bangerd") +
                     (enabled || lingers ? "" : " && ") +
                     (lingers ? "" : "sudo loginctl enable-linger $USER"),
                 ""};
}

} // namespace banger::daemon
