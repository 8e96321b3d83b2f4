#include "guest/apply.hpp"

#include <exception>

#include "guest/access.hpp"
#include "guest/config.hpp"
#include "guest/entropy.hpp"
#include "guest/identity.hpp"
#include "guest/network.hpp"
#include "guest/root_dir.hpp"
#include "guest/wall_clock.hpp"

namespace banger::guest {

std::vector<Problem> apply(const Config& config, const Target& target) {
    std::vector<Problem> problems;
    auto step = [&](const char* name, bool essential, auto&& work) {
        try {
            work();
        } catch (const std::exception& error) {
            problems.push_back({.step = name, .reason = error.what(), .essential = essential});
        }
    };

    if (target.running_system) {
        if (!config.entropy.empty())
            step("entropy", false, [&] { add_entropy(config.entropy); });
        if (config.time_unix_ns)
            step("clock", false, [&] {
                set_wall_clock(*config.time_unix_ns +
                               (target.made_before_boot ? since_boot_ns() : 0));
            });
        step("hostname", true, [&] { set_hostname(config); });
        step("network", true, [&] { apply_network(config.network); });
    }
    step("identity", true, [&] { write_identity(RootDir(target.root), config); });
    step("access", true, [&] { write_access(RootDir(target.root), config); });
    step("files", true, [&] {
        const RootDir root(target.root);
        for (const auto& file : config.files)
            root.write(file.path, file.data, {.mode = file.mode, .uid = file.uid, .gid = file.gid});
    });
    return problems;
}

} // namespace banger::guest
