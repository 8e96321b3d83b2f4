#include "daemon/lock_watch.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <sys/stat.h>

namespace banger::daemon {
namespace {

struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const Identity&) const = default;
};

Identity identity_of(int fd) {
    struct stat found {};
    return ::fstat(fd, &found) == 0 ? Identity{found.st_dev, found.st_ino} : Identity{};
}

} // namespace

LockWatch::LockWatch(int lock_fd)
    : thread_([lock_fd, expected = identity_of(lock_fd)](const std::stop_token& stop) {
          std::mutex lock;
          std::condition_variable_any stopped;
          std::unique_lock hold(lock);
          while (!stopped.wait_for(hold, stop, std::chrono::seconds(2),
                                   [&stop] { return stop.stop_requested(); })) {
              if (identity_of(lock_fd) != expected) {
                  std::fputs("bangerd: its lock is gone: something in this process, a plugin as a "
                             "rule, closed descriptors that are not its own\n",
                             stderr);
                  std::abort();
              }
          }
      }) {}

} // namespace banger::daemon
