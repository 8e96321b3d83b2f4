#pragma once

#include <termios.h>

namespace banger::cli {

/// While it lives, our terminal passes on each key as it is typed. Does nothing where standard
/// input is no terminal.
class RawTerminal {
  public:
    RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal();
    [[nodiscard]] bool active() const noexcept { return active_; }

  private:
    termios before_{};
    bool active_ = false;
};

} // namespace banger::cli
