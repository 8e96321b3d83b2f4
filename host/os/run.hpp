#pragma once

#include "os/child.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

struct Output {
    ExitStatus status;
    std::string out;
    std::string err;
    bool timed_out = false;
    bool cancelled = false;
};

struct RunOptions {
    std::chrono::milliseconds timeout{30000};
    std::string input;             ///< given to its standard input
    std::size_t limit = 4U << 20U; ///< bytes kept of each stream; the rest is read and dropped
    int cancel_fd = -1;            ///< readable means: end it now
    /// What a program has to end by itself (SIGTERM) when it is to end, before it is killed.
    std::chrono::milliseconds grace{0};
    /// Gets what comes, also beyond the limit; `out`: standard output, else standard error.
    std::function<void(std::string_view bytes, bool out)> on_output;
    bool die_with_parent = false; ///< as in SpawnOptions; the calling thread must not end first
    std::optional<std::filesystem::path> cwd;
    std::optional<std::vector<std::string>> env;
};

/// Runs to the end, collecting both streams. Only a failing spawn throws.
[[nodiscard]] Output run(const std::vector<std::string>& argv, const RunOptions& options = {});

} // namespace banger::os
