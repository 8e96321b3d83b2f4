#pragma once

#include "os/unique_fd.hpp"

#include <csignal>

namespace banger::cli {

/// While it lives, Ctrl-C does not end the program but makes fd() readable.
/// Where the caller's SIGINT was ignored (a background job), it stays ignored.
class Interrupt {
  public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// Whether it was pressed since the last call.
    [[nodiscard]] bool taken() noexcept;

  private:
    sigset_t before_{};
    os::UniqueFd fd_;
};

} // namespace banger::cli
