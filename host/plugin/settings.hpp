#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::plugin {

/// One plugin's part of config.yaml (plugins.entries.<id>).
struct EntrySettings {
    bool enabled = true;
    bool required = false;  ///< the daemon does not start without it
    bool warn_only = false; ///< on_error: warn, its veto is advice
    bool builtin = false;   ///< from the built-in defaults: no error when it is not installed
    std::string place;      ///< "config.yaml:12:5", for messages
    std::optional<std::chrono::milliseconds> timeout; ///< of its hooks
    std::vector<std::string> after;
    std::vector<std::string>
        allow_override;      ///< fields, as in "file:/etc/resolv.conf", with * and ?
    std::string config_json; ///< one object, or empty
    /// Where the members of config stand ("server.ports[1]"), as `place`; that of "" is where it
    /// begins.
    std::map<std::string, std::string> places;
    /// The same of the other keys: "required", "after[0]".
    std::map<std::string, std::string> key_places;
};

struct Settings {
    std::vector<std::filesystem::path> path; ///< absolute folders, searched in this order
    std::map<std::string, EntrySettings> entries;
    std::string daemon_version;
    std::filesystem::path state_dir; ///< each plugin gets a folder of its own below it
    uid_t uid = 0;                   ///< who may own plugins, beside root
    /// banger-plugin, which opens each file before the daemon does; empty: nobody does.
    std::filesystem::path probe;
    std::filesystem::path probe_cache; ///< which files it found good; empty: not kept
    /// Flags of `vm create` and `vm set` that no option of a plugin may take ("image", ...).
    std::vector<std::string> reserved_flags;
};

/// How long calls may take by default, and how long a late one may still return.
struct Timeouts {
    std::chrono::milliseconds contribute{2000};
    std::chrono::milliseconds hook{10000};
    std::chrono::milliseconds action{60000};
    std::chrono::milliseconds doctor{5000};
    std::chrono::milliseconds status{250};
    std::chrono::milliseconds control{5000}; ///< create, init, destroy
    std::chrono::milliseconds grace{2000};   ///< after the cancel flag, before it counts as stuck
};

} // namespace banger::plugin
