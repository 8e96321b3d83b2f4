#include "cli/command_line.hpp"

#include "os/error.hpp"

#include <cstdio>

int main(int argc, char** argv) {
    try {
        return banger::cli::run_command_line({argv + 1, argv + argc});
    } catch (...) { // no home folder, say: not even a session can be set up
        std::fprintf(stderr, "error: %s\n", banger::os::current_error().what());
        return 1;
    }
}
