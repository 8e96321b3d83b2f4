#include "privileged/jailer_file.hpp"

#include "os/error.hpp"
#include "privileged/root_owned.hpp"

#include <unistd.h>

namespace banger::privileged {
namespace fs = std::filesystem;

namespace {

const char* const remedy =
    "install Firecracker and its jailer where only root writes: sudo install "
    "-t /usr/local/bin firecracker jailer";

using os::Error;
using os::ErrorKind;

constexpr std::string_view program_name = "firecracker";

fs::path required_program(const fs::path& path, const std::string& hint) {
    std::error_code code;
    fs::path real = fs::canonical(path, code);
    if (code || !fs::is_regular_file(real, code) || ::access(real.c_str(), X_OK) != 0) {
        throw Error(ErrorKind::not_found, "there is no program " + path.string(), hint);
    }
    return real;
}

void require_root_owned(const fs::path& path) {
    if (const fs::path part = changeable_part(path); !part.empty()) {
        throw Error(ErrorKind::permission,
                    "root must not run " + path.string() + ": " +
                        (part == path ? "it" : part.string()) +
                        " can be changed by others than root",
                    remedy);
    }
}

/// One that `path` leads to, and by its full name once more: a link on the way may have been
/// another a moment ago.
fs::path trusted_program(const fs::path& path, const std::string& hint) {
    require_root_owned(path);
    fs::path real = required_program(path, hint);
    require_root_owned(real);
    if (is_on_users_mount(real)) {
        throw Error(ErrorKind::permission,
                    "root must not run " + real.string() +
                        ": its file system is mounted nosuid, as one that a user mounts",
                    remedy);
    }
    return real;
}

} // namespace

fs::path jailer_beside(const fs::path& firecracker) {
    const std::string name = firecracker.filename();
    return name.starts_with(program_name)
               ? firecracker.parent_path() / ("jailer" + name.substr(program_name.size()))
               : fs::path();
}

JailPrograms jail_programs(const fs::path& firecracker) {
    JailPrograms programs;
    programs.firecracker = trusted_program(firecracker, "set firecracker.binary in config.yaml");
    programs.jailer = jailer_beside(programs.firecracker);
    if (programs.jailer.empty()) {
        throw Error(ErrorKind::invalid,
                    programs.firecracker.string() + " has no jailer: its name must begin with "
                                                    "\"firecracker\"",
                    "give the program the name that it was released with");
    }
    programs.jailer =
        trusted_program(programs.jailer, "put the jailer of the same release beside Firecracker");
    if (!programs.jailer.filename().string().starts_with("jailer")) {
        throw Error(ErrorKind::invalid, programs.jailer.string() + " is no jailer");
    }
    return programs;
}

} // namespace banger::privileged
