#pragma once

#include "os/unique_fd.hpp"

#include <map>
#include <utility>

#include <sys/types.h>

namespace banger::privileged {

/// Files of the caller for the user of a jail: each as a mount of its own, at which the file's
/// owner is that user (an idmapped mount). Nothing about the file itself changes, so there is
/// nothing to be taken back, and a mount that nobody holds is gone.
class JailFiles {
  public:
    JailFiles(uid_t caller, uid_t jail) noexcept : caller_(caller), jail_(jail) {}

    /// A mount that is attached nowhere yet, of a file that the caller has opened: to be read, or
    /// written where it is the caller's own and he opened it for that. Throws invalid for anything
    /// but a regular file, permission, and unsupported where its file system has no such mounts.
    [[nodiscard]] os::UniqueFd mount(const os::UniqueFd& file);

  private:
    [[nodiscard]] int map_of(uid_t uid, gid_t gid);

    uid_t caller_;
    uid_t jail_;
    std::map<std::pair<uid_t, gid_t>, os::UniqueFd> maps_;
};

} // namespace banger::privileged
