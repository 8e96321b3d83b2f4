#include "support/fake_firecracker/arguments.hpp"

#include <map>
#include <set>

namespace banger::test::firecracker {

Arguments parse_arguments(int argc, char** argv) {
    Arguments arguments;
    const std::map<std::string, std::string*> texts{{"--id", &arguments.id},
                                                    {"--api-sock", &arguments.api_socket},
                                                    {"--log-path", &arguments.log_path},
                                                    {"--level", &arguments.level},
                                                    {"--start-time-us", &arguments.started},
                                                    {"--start-time-cpu-us", &arguments.started},
                                                    {"--parent-cpu-time-us", &arguments.started}};
    const std::set<std::string> flags{"--show-level", "--show-log-origin", "--boot-timer",
                                      "--no-seccomp", "--enable-pci"};
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto text = texts.find(word);
        if (word == "--version") {
            arguments.version = true;
        } else if (text != texts.end() && i + 1 < argc) {
            *text->second = argv[++i];
        } else if (flags.count(word) == 0) {
            arguments.unexpected = word.substr(word.rfind("--", 0) == 0 ? 2 : 0);
            return arguments;
        }
    }
    return arguments;
}

} // namespace banger::test::firecracker
