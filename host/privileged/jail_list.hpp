#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::privileged {

/// A file for each jail, named by the number of its user, that the jail's processes hold locked. It
/// is root's: others only read it. Their roots are mounted over it, where only they see it.
constexpr const char* jail_folder = "/run/banger-jail";

/// A jail of this user, as anybody can see it.
struct ListedJail {
    uid_t uid = 0;     ///< that it runs as
    std::string vm;    ///< id, as the file says; empty when it says nothing yet
    uid_t caller = 0;  ///< whose jail it is; nobody_at_all when the file says nothing yet
    bool dead = false; ///< nothing of it runs, and what it held is still to be taken back
};

constexpr uid_t nobody_at_all = static_cast<uid_t>(-1); ///< no user has this number

/// What the file of a jail says.
[[nodiscard]] std::string jail_text(const std::string& vm, uid_t caller);

/// Locks the file of a jail against all others for writing, as long as this descriptor or a copy of
/// it is open. Who may only read it can have a lock, too, but for reading: that one is not looked
/// at. Throws busy, or what the system says.
void hold_jail(const os::UniqueFd& file, const std::filesystem::path& path);

/// Of all users, by number. Never throws: what cannot be looked at is left out.
[[nodiscard]] std::vector<ListedJail> all_jails(const std::filesystem::path& folder = jail_folder);

/// Those of our own.
[[nodiscard]] std::vector<ListedJail> own_jails(const std::filesystem::path& folder = jail_folder);

} // namespace banger::privileged
