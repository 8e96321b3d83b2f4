#include "cli/command_line.hpp"

#include "os/error.hpp"

#include <cstdio>
#include <cstdlib>

#include <fcntl.h>

namespace {

/// A stream that was closed before us must not become a socket or file of ours. Writing to it
/// still fails, as it should.
void occupy_standard_streams() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != fd) {
            std::_Exit(1);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    occupy_standard_streams();
    try {
        return banger::cli::run_command_line({argv + 1, argv + argc});
    } catch (...) { // no home folder, say: not even a session can be set up
        std::fprintf(stderr, "error: %s\n", banger::os::current_error().what());
        return 1;
    }
}
