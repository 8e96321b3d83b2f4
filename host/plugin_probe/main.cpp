// What is done with the file of a plugin outside of the daemon, which its code could end.
#include "os/error.hpp"
#include "plugin_probe/check/check.hpp"
#include "plugin_probe/probe.hpp"

#include <array>
#include <cstdio>
#include <cstring>

namespace {

struct Command {
    const char* name;
    const char* usage;
    /// Gets what follows the name. Its answer is the exit status.
    int (*run)(int argc, char** argv);
};

constexpr std::array commands{
    Command{"probe", "probe FILE [NAME]", banger::plugin_probe::probe},
    Command{"check", "check [--json] [--config JSON] [--options JSON] [--run-programs] FILE",
            banger::plugin_probe::check},
};

int usage() {
    for (const Command& command : commands) {
        std::fprintf(stderr, "usage: banger-plugin %s\n", command.usage);
    }
    return 2;
}

/// As those of the command line: docs/cli.md.
int status_of(banger::os::ErrorKind kind) {
    return kind == banger::os::ErrorKind::invalid     ? 2
           : kind == banger::os::ErrorKind::not_found ? 3
                                                      : 1;
}

} // namespace

int main(int argc, char** argv) {
    try {
        for (const Command& command : commands) {
            if (argc > 1 && std::strcmp(argv[1], command.name) == 0) {
                return command.run(argc - 2, argv + 2);
            }
        }
        return usage();
    } catch (...) {
        const banger::os::Error error = banger::os::current_error();
        std::fprintf(stderr, "error: %s\n", error.what());
        if (!error.hint().empty()) {
            std::fprintf(stderr, "hint: %s\n", error.hint().c_str());
        }
        return status_of(error.kind());
    }
}
