#pragma once

#include "os/unique_fd.hpp"

#include <map>

#include <sys/types.h>

namespace banger::plugin {

/// Tells whether a descriptor that a plugin gives away was opened after this moment: a number that
/// stands for something of the host must not be taken, and closed later.
class GivenSocket {
  public:
    GivenSocket();
    /// Owns the socket. Throws invalid: no socket, one of the host, or without close-on-exec.
    [[nodiscard]] os::UniqueFd take(int fd) const;

  private:
    std::map<int, ino_t> before_; ///< the sockets of this process
};

} // namespace banger::plugin
