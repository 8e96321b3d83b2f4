#pragma once

#include <memory>

namespace banger::plugin {
struct Services;
}
namespace spdlog {
class logger;
}

namespace banger::daemon {

/// What plugins say goes to the daemon's log: "plugin nat, before_start, VM web: text key=value".
void log_plugins(plugin::Services& services, std::shared_ptr<spdlog::logger> log);

} // namespace banger::daemon
