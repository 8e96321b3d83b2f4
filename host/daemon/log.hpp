#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace spdlog {
class logger;
}

namespace banger::daemon {

/// The daemon's log: a file that is turned over at `max_bytes` (one old one is kept), and standard
/// error too when it runs in the foreground. Lines are flushed as they come. [any thread]
[[nodiscard]] std::shared_ptr<spdlog::logger> open_log(const std::filesystem::path& file,
                                                       std::string_view level,
                                                       std::size_t max_bytes, bool foreground);

/// Level names as config.yaml and the API have them; unknown ones are info.
void write_log(spdlog::logger& logger, std::string_view level, std::string_view text);

} // namespace banger::daemon
