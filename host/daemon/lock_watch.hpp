#pragma once

#include <thread>

#include <sys/types.h>

namespace banger::daemon {

/// Ends this process, as by a crash, when a descriptor that holds its lock is no longer that file:
/// code of a plugin that closes or replaces what is not its own. Without the lock a second daemon
/// would work on the same data. Looks every two seconds, on a thread of its own: the event loop may
/// have lost its descriptors, too.
class LockWatch {
  public:
    explicit LockWatch(int lock_fd);

  private:
    std::jthread thread_; ///< ends with this object
};

} // namespace banger::daemon
