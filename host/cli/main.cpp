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
        const banger::os::Error error = banger::os::current_error();
        std::fprintf(stderr, "error: %s\n", error.what());
        if (!error.hint().empty()) {
            std::fprintf(stderr, "hint: %s\n", error.hint().c_str());
        }
        return error.kind() == banger::os::ErrorKind::invalid ? 2 : 1;
    }
}
