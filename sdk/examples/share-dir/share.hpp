#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace share_dir {

/// What `--share FOLDER[:PATH]` asks for: a folder of this machine, and where the guest finds it.
struct Share {
    std::string folder, path;

    /// Throws banger::Error(BANGER_E_INVALID) with the part that is wrong.
    [[nodiscard]] static Share parse(std::string_view text);
};

/// A whole number of MiB for a file system that holds this many bytes in this many files.
[[nodiscard]] std::uint64_t image_mib(std::uint64_t bytes, std::uint64_t files);

/// What the guest runs before its local file systems count as mounted and logins are taken, as
/// files of the guest.
[[nodiscard]] std::string mount_script(const Share& share);
extern const char* const mount_unit;
extern const char* const wants_unit;

} // namespace share_dir
