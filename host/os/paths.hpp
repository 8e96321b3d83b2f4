#pragma once

#include <filesystem>
#include <string>

namespace banger::os {

/// The user's folders (XDG base directory specification), each ending in "banger".
struct UserPaths {
    std::filesystem::path config;  ///< config.yaml
    std::filesystem::path data;    ///< database, VM disks, images
    std::filesystem::path state;   ///< logs
    std::filesystem::path runtime; ///< sockets, lock, per-VM run folders; gone after a reboot

    [[nodiscard]] std::filesystem::path config_file() const { return config / "config.yaml"; }
    [[nodiscard]] std::filesystem::path socket() const { return runtime / "bangerd.sock"; }
    [[nodiscard]] std::filesystem::path lock() const { return runtime / "bangerd.lock"; }
    [[nodiscard]] std::filesystem::path database() const { return data / "banger.sqlite"; }
    /// What ssh is told of VMs, and which of them run now: a host that was reset runs none.
    [[nodiscard]] std::filesystem::path ssh_config() const { return data / "ssh_config"; }
    [[nodiscard]] std::filesystem::path ssh_running() const { return runtime / "ssh_running"; }
    /// Plugins that ended daemons.
    [[nodiscard]] std::filesystem::path quarantine() const {
        return state / "plugin-quarantine.json";
    }
    [[nodiscard]] std::filesystem::path daemon_log() const { return state / "bangerd.log"; }
};

/// From the environment. Throws Error when no home is known or XDG_RUNTIME_DIR cannot be one.
[[nodiscard]] UserPaths user_paths();

/// Where the files of this installation (or build tree) are, found from our own executable.
struct Installation {
    bool build_tree = false;       ///< running from an uninstalled build
    std::filesystem::path bin;     ///< banger, bangerd
    std::filesystem::path libexec; ///< banger-vm, banger-priv
    std::filesystem::path plugins; ///< *.so
    std::filesystem::path share;   ///< config example, OpenAPI file
    std::filesystem::path source;  ///< of a build tree: the checkout; else empty
};

[[nodiscard]] const Installation& installation();

/// The longest path a Unix socket may have, without its NUL (sun_path, unix(7)).
constexpr std::size_t max_socket_path = 107;

} // namespace banger::os
