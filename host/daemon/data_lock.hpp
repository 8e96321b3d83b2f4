#pragma once

#include "os/file_lock.hpp"

namespace banger::os {
struct UserPaths;
}

namespace banger::daemon {

/// Makes this process the one daemon of the data folder, as long as the lock is held. The lock in
/// the run folder does not see a daemon of another XDG_RUNTIME_DIR, nor one whose run folder was
/// removed. Throws conflict naming the other daemon's process and socket, or busy when it is one
/// for our own socket or one that is dying: worth trying again.
[[nodiscard]] os::FileLock lock_data(const os::UserPaths& paths);

} // namespace banger::daemon
