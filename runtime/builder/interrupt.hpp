#pragma once

#include "os/unique_fd.hpp"

#include <csignal>

namespace banger::bundle {

/// While it lives, SIGINT and SIGTERM make fd() readable instead of ending the process. One at a
/// time.
class Interrupt {
  public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] bool raised() const noexcept;
    /// Throws os::Error (cancelled) when raised.
    void check() const;

  private:
    os::UniqueFd fd_;
    sigset_t before_{};
};

} // namespace banger::bundle
