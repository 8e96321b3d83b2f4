#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::daemon {

/// What was found about this machine, as `banger doctor` shows it.
struct Check {
    std::string id;
    std::string severity; ///< ok, info, warning or error
    std::string title;
    std::string cause;
    std::string fix;
    std::string key; ///< of config.yaml, as "network.subnet", when changing it is a remedy
};

[[nodiscard]] nlohmann::json to_json(const Check& check);

} // namespace banger::daemon
