#include "os/paths.hpp"

#include "os/error.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include <pwd.h>
#include <unistd.h>

namespace banger::os {
namespace fs = std::filesystem;

namespace {

/// XDG: a relative value is invalid and ignored.
std::optional<fs::path> from_env(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value != '/') {
        return std::nullopt;
    }
    return fs::path(value);
}

fs::path home() {
    if (const auto path = from_env("HOME")) {
        return *path;
    }
    if (const passwd* entry = ::getpwuid(::geteuid()); entry != nullptr) {
        return entry->pw_dir;
    }
    throw Error(ErrorKind::unavailable,
                "no home folder is known for uid " + std::to_string(::geteuid()), "set HOME");
}

/// Not ignored when it is wrong, as the others are: whoever took another folder instead would look
/// for the daemon where it is not.
fs::path runtime_root() {
    if (const char* value = std::getenv("XDG_RUNTIME_DIR"); value != nullptr && *value != '\0') {
        std::error_code code;
        const bool absolute = *value == '/';
        if (!absolute || (fs::exists(value, code) && !fs::is_directory(value, code))) {
            throw Error(ErrorKind::invalid,
                        std::string("XDG_RUNTIME_DIR is '") + value + "', which is no " +
                            (absolute ? "folder" : "absolute path"),
                        "set it to a folder of your own such as /run/user/" +
                            std::to_string(::geteuid()) + ", or unset it");
        }
        return value;
    }
    fs::path user = "/run/user/" + std::to_string(::geteuid());
    if (fs::is_directory(user) && ::access(user.c_str(), W_OK) == 0) {
        return user;
    }
    // make_private_dir refuses it when somebody else made it first.
    return "/tmp/banger-" + std::to_string(::geteuid());
}

Installation locate() {
    std::error_code code;
    fs::path executable = fs::read_symlink("/proc/self/exe", code);
    const fs::path dir = executable.parent_path();
    Installation found;
    // build/<preset>/{bin,libexec,tests...} holds a CMakeCache.txt; an installed prefix does not.
    for (fs::path root = dir; root != root.parent_path(); root = root.parent_path()) {
        if (fs::exists(root / "CMakeCache.txt", code)) {
            found.build_tree = true;
            found.bin = root / "bin";
            found.libexec = root / "libexec";
            found.plugins = root / "plugins";
            found.source = BANGER_SOURCE_DIR;
            found.share = found.source / "host" / "daemon";
            return found;
        }
    }
    fs::path prefix = dir.parent_path();
    if (dir.filename() == "banger") { // libexec/banger
        prefix = prefix.parent_path();
    }
    found.bin = prefix / "bin";
    found.libexec = prefix / "libexec" / "banger";
    found.plugins = prefix / "lib" / "banger" / "plugins";
    found.share = prefix / "share" / "banger";
    return found;
}

} // namespace

UserPaths user_paths() {
    const auto below_home = [](const char* variable, const char* fallback) {
        const auto path = from_env(variable);
        return (path ? *path : home() / fallback) / "banger";
    };
    return UserPaths{below_home("XDG_CONFIG_HOME", ".config"),
                     below_home("XDG_DATA_HOME", ".local/share"),
                     below_home("XDG_STATE_HOME", ".local/state"), runtime_root() / "banger"};
}

const Installation& installation() {
    static const Installation found = locate();
    return found;
}

} // namespace banger::os
