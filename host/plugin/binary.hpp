#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

struct banger_entry;

namespace banger::plugin {

constexpr const char* entry_symbol = "banger_plugin_entry_v1";

/// Is this a plugin's id: ^[a-z][a-z0-9-]{0,31}$ ?
[[nodiscard]] bool is_id(const std::string& text) noexcept;

/// Who a file is, whatever its name: two paths with one identity are one file.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    auto operator<=>(const FileIdentity&) const = default;
};

/// The file and every folder above it belong to root or to `uid`, and nobody else may write them
/// (a group that only its owner is in may; so may others in a sticky folder, where they cannot
/// replace what is not theirs). Throws permission naming the offender, with the command that helps.
FileIdentity check_ownership(const std::filesystem::path& file, uid_t uid);

/// An ELF shared library of this machine that exports the entry, found out without running any of
/// its code. Throws invalid naming file, expected and found.
void check_symbols(const std::filesystem::path& file);

/// Maps the library for the life of the process and asks it for its entry. Runs its constructors.
/// Throws invalid with the dynamic linker's reason.
[[nodiscard]] const banger_entry* open_binary(const std::filesystem::path& file);

} // namespace banger::plugin
