#include "config.hpp"

#include <nlohmann/json.hpp>

namespace vsock {

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "sample_s": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 10,
                 "description": "how often running guests are asked for their figures"},
    "clock": {"type": "boolean", "default": true,
              "description": "set the clock of a guest that is more than 100 ms off"}
  }
})";

Config read_config(std::string_view json) {
    const auto read = nlohmann::json::parse(json.empty() ? "{}" : json);
    Config config;
    config.sample = std::chrono::seconds(read.value("sample_s", config.sample.count()));
    config.clock = read.value("clock", config.clock);
    return config;
}

} // namespace vsock
