#include "daemon/plugin_log.hpp"

#include "daemon/log.hpp"
#include "plugin/services.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <spdlog/logger.h>

namespace banger::daemon {
namespace {

std::string text_of(const plugin::LogLine& line) {
    std::string text = line.plugin.empty() ? "plugin host" : "plugin " + line.plugin;
    if (!line.hook.empty()) {
        text += ", " + line.hook;
    }
    if (!line.vm.empty()) {
        text += ", VM " + line.vm;
    }
    text += ": " + line.text;
    for (const auto& [key, value] : line.fields) {
        text.append(" ").append(key).append("=").append(value);
    }
    return text;
}

} // namespace

void log_plugins(plugin::Services& services, std::shared_ptr<spdlog::logger> log) {
    services.log = [log](const plugin::LogLine& line) {
        static constexpr std::array levels{"trace", "debug", "info", "warn", "error"};
        const auto level = static_cast<std::size_t>(std::clamp(line.level, 0, 4));
        write_log(*log, levels.at(level), text_of(line));
    };
    services.log_enabled = [log = std::move(log)](int level) {
        return log->should_log(static_cast<spdlog::level::level_enum>(std::clamp(level, 0, 4)));
    };
}

} // namespace banger::daemon
