#pragma once

#include <chrono>
#include <string_view>

namespace vsock {

/// The plugin's part of config.yaml.
struct Config {
    std::chrono::seconds sample{10}; ///< how often running guests are asked for their figures
    bool clock = true;               ///< a guest's clock that is off is set
};

/// `json` has passed config_schema.
[[nodiscard]] Config read_config(std::string_view json);

extern const char config_schema[];

} // namespace vsock
