#pragma once

#include <filesystem>

#include <sys/types.h>

namespace banger::privileged {

/// What of an absolute path a user other than root and `owner` may change or replace: the file, a
/// link on the way to it, or a folder that holds any of these; empty when there is no such part.
/// What cannot be looked at counts as such; what does not exist does not.
[[nodiscard]] std::filesystem::path changeable_part(const std::filesystem::path& path,
                                                    uid_t owner = 0);

/// Whether its file system is mounted without rights of setuid programs, as those are that a user
/// may mount (udisks, FUSE, fstab's "user"): what it says of owners is then the user's word.
[[nodiscard]] bool is_on_users_mount(const std::filesystem::path& path) noexcept;

} // namespace banger::privileged
