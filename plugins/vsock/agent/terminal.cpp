#include "terminal.hpp"

#include "guest/failure.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

namespace agent {

Terminal::Terminal(std::uint16_t rows, std::uint16_t columns)
    : master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    int locked = 0;
    if (master && ::ioctl(master.get(), TIOCSPTLCK, &locked) == 0) {
        // Without a path: /dev/pts may be another one than the multiplexer's.
        slave = Fd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    }
    if (!slave) {
        banger::guest::fail_errno("make a terminal");
    }
    resize(master, rows, columns);
}

void resize(const Fd& master, std::uint16_t rows, std::uint16_t columns) {
    winsize size{};
    size.ws_row = rows;
    size.ws_col = columns;
    (void)::ioctl(master.get(), TIOCSWINSZ, &size); // sends SIGWINCH
}

} // namespace agent
