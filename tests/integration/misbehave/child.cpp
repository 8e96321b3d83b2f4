// Loads one plugin beside a recorder and runs its before_start: a hook that ends its process ends
// this one. Exit status 0: it came back.
#include "plugin_host.hpp"

#include <cstdio>

int main(int argc, char** argv) {
    using namespace banger::plugin;
    if (argc != 2) {
        return 2;
    }
    PluginHost host;
    host.add(argv[1]);
    if (const std::string problem = host.load(); !problem.empty()) {
        std::fprintf(stderr, "%s\n", problem.c_str());
        return 3;
    }
    std::printf("loaded\n");
    std::fflush(stdout);
    const std::string error = error_of(
        [&] { host.dispatch->run(banger::vm::Hook::before_start, vm_named("web"), host.context); });
    std::printf("%s\n", error.c_str());
    return 0;
}
