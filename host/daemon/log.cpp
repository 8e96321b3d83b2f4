#include "daemon/log.hpp"

#include "os/file.hpp"

#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace banger::daemon {

std::shared_ptr<spdlog::logger> open_log(const std::filesystem::path& file, std::string_view level,
                                         std::size_t max_bytes, bool foreground) {
    os::make_private_dir(file.parent_path());
    std::vector<spdlog::sink_ptr> sinks{
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), max_bytes, 1)};
    if (foreground) {
        sinks.push_back(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    }
    auto logger = std::make_shared<spdlog::logger>("bangerd", sinks.begin(), sinks.end());
    logger->set_level(spdlog::level::from_str(std::string(level)));
    logger->flush_on(spdlog::level::trace);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %-7l %v");
    return logger;
}

void write_log(spdlog::logger& logger, std::string_view level, std::string_view text) {
    const auto number = spdlog::level::from_str(std::string(level));
    // The body of an answer ends its line itself, and so may what a plugin says.
    text = text.substr(0, text.find_last_not_of("\r\n") + 1);
    // from_str answers "off" for a word that it does not know.
    logger.log(number == spdlog::level::off ? spdlog::level::info : number, "{}", text);
}

} // namespace banger::daemon
