#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::bundle {

class Interrupt;

/// Decides by the entry's path (no leading "./") whether it is wanted.
using EntryFilter = std::function<bool(const std::string& path)>;

/// The path of an archive entry with "./" taken off. Throws os::Error (invalid) when it leaves the
/// folder it is unpacked to: absolute, or with a ".." part.
[[nodiscard]] std::string checked_entry_path(std::string_view path);
/// Throws when a symlink of an archive points outside: absolute, or with a ".." part.
void check_link_target(std::string_view path, std::string_view target);

/// Unpacks regular files, folders and symlinks of a tar archive (any compression) below `folder`,
/// as the caller's own, without set-id bits. Anything that would leave `folder`, and any device, is
/// refused.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder,
            const EntryFilter& wanted, const Interrupt& interrupt);

/// The same for the files of a Debian package.
void unpack_deb(const std::filesystem::path& package, const std::filesystem::path& folder,
                const EntryFilter& wanted, const Interrupt& interrupt);

/// What a compressed stream (lz4, zstd, gzip, xz, ...) holds, piece by piece. Throws os::Error
/// naming `what`.
void decompress(std::string_view compressed, const std::string& what,
                const std::function<void(std::string_view)>& each);

enum class Compression { none, lz4, zstd, gzip };
/// Throws os::Error (invalid) for another name.
[[nodiscard]] Compression compression_from(std::string_view name);

/// A file or folder of an initramfs.
struct CpioEntry {
    std::string path;
    std::filesystem::path source; ///< file whose content it is
    std::string content;          ///< used when `source` is empty
    bool folder = false;
    bool console = false; ///< the character device 5:1
    unsigned mode = 0644;
};

/// Writes a newc archive in the given order, owned by root and dated 1970, so that one input has
/// one result. Its length is a multiple of 512, so further archives may be appended.
void write_cpio(const std::filesystem::path& target, const std::vector<CpioEntry>& entries,
                Compression compression);

} // namespace banger::bundle
