#include "cli/raw_terminal.hpp"

#include <unistd.h>

namespace banger::cli {

RawTerminal::RawTerminal() {
    active_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (active_) {
        termios raw = before_;
        ::cfmakeraw(&raw);
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
}

RawTerminal::~RawTerminal() {
    if (active_) {
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    }
}

} // namespace banger::cli
