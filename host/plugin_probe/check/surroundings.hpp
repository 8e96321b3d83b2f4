#pragma once

#include <array>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>

namespace banger::plugin_probe {

/// What of a process belongs to all of it, and so is no plugin's to change.
struct Surroundings {
    std::string folder, locale;
    std::vector<std::string> environment;
    mode_t umask = 0;
    std::array<void (*)(int), 65> handlers{};
    std::array<std::string, 3> streams; ///< what standard input, output and error are open on
    std::array<rlimit, RLIMIT_NLIMITS> limits{};

    [[nodiscard]] static Surroundings now();
    /// What is not as it was: "the working folder is /tmp", a text each.
    [[nodiscard]] std::vector<std::string> changed_since(const Surroundings& before) const;
};

/// What a plugin has to give back at its end.
struct Holdings {
    std::map<int, std::string> descriptors; ///< and what they are open on
    std::size_t threads = 0;

    [[nodiscard]] static Holdings now();
    [[nodiscard]] std::vector<std::string> more_than(const Holdings& before) const;
};

/// Names of the threads beside the calling one that do not block every signal that can be blocked
/// and comes from outside.
[[nodiscard]] std::vector<std::string> threads_open_to_signals();

} // namespace banger::plugin_probe
