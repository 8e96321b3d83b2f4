#pragma once

#include <nlohmann/json_fwd.hpp>

namespace banger::config {

struct Config;

/// The configuration in force, shaped like the file; each value is {"value":...,"source":
/// "default"|"file"}. For `banger config show`.
[[nodiscard]] nlohmann::ordered_json to_json(const Config& config);

} // namespace banger::config
