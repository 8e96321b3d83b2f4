#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

struct banger_entry;

namespace banger::plugin {

constexpr const char* entry_symbol = "banger_plugin_entry_v1";

/// What the daemon calls itself where plugins have their ids: no plugin may.
constexpr const char* own_id = "banger";

/// What is_id() takes: plugins, and what they name, are called so.
inline constexpr const char* id_rule = "^[a-z][a-z0-9-]{0,31}$";
[[nodiscard]] bool is_id(const std::string& text) noexcept;

/// Which file it is, and which content it has: another one differs in one of these.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    auto operator<=>(const FileIdentity&) const = default;
    [[nodiscard]] std::string text() const; ///< "device:inode:size:mtime"
};
[[nodiscard]] FileIdentity identify_file(const std::filesystem::path& file);

/// A file that was looked at.
struct CheckedFile {
    std::filesystem::path real; ///< without symbolic links: what is to be opened
    FileIdentity identity;
};

/// The file, every folder above it and, where its path has symbolic links, those and the folders
/// above them belong to root or to `uid`, and nobody else may write them (a group that only its
/// owner is in may; so may others in a sticky folder, where they cannot replace what is not
/// theirs). Throws permission naming the offender, with the command that helps.
[[nodiscard]] CheckedFile check_ownership(const std::filesystem::path& file, uid_t uid);

/// An ELF shared library of this machine that exports the entry, found out without running any of
/// its code. Throws invalid naming file, expected and found. Messages call it `name`.
void check_symbols(const std::filesystem::path& file, const std::filesystem::path& name);

/// Maps the library for the life of the process and asks it for its entry. Runs its constructors.
/// Throws invalid with the dynamic linker's reason. Messages call it `name`.
[[nodiscard]] const banger_entry* open_binary(const std::filesystem::path& file,
                                              const std::filesystem::path& name);

} // namespace banger::plugin
