#pragma once

#include "os/unique_fd.hpp"

#include <csignal>
#include <initializer_list>

namespace banger::cli {

/// While it lives, Ctrl-C and the signals `also` do not end the program but make fd() readable.
/// What the caller ignores (SIGINT of a background job, SIGHUP by nohup) stays ignored.
class Interrupt {
  public:
    explicit Interrupt(std::initializer_list<int> also = {});
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
