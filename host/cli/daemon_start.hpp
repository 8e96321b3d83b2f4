#pragma once

#include <chrono>
#include <filesystem>

namespace banger::cli {

struct DaemonFiles {
    std::filesystem::path program; ///< bangerd
    std::filesystem::path socket;
    std::filesystem::path log;    ///< its own log
    std::filesystem::path output; ///< what it prints before it has a log
};

/// Starts bangerd in a session of its own and waits until its socket answers.
/// Another one that comes up meanwhile is as good. Throws unavailable with the last lines that it
/// wrote when it dies or does not answer in time.
void start_daemon(const DaemonFiles& files,
                  std::chrono::milliseconds timeout = std::chrono::seconds(15));

/// Whether somebody listens there.
[[nodiscard]] bool answers(const std::filesystem::path& socket);

} // namespace banger::cli
