#include "config.hpp"

#include <nlohmann/json.hpp>

namespace tap_pool {

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "size": {"type": "integer", "minimum": 0, "maximum": 64, "default": 2,
             "description": "taps kept ready for the next starts"},
    "min_age_s": {"type": "integer", "minimum": 0, "maximum": 86400, "default": 60,
                  "description": "age from which a tap without a VM may be deleted"},
    "prefill": {"type": "boolean", "default": false,
                "description": "fill the pool at the daemon's start"},
    "vm_to_vm": {"type": "boolean", "default": true,
                 "description": "VMs may reach each other"}
  }
})";

Config read_config(std::string_view json) {
    const auto read = nlohmann::json::parse(json.empty() ? "{}" : json);
    Config config;
    config.size = read.value("size", config.size);
    config.min_age_s = read.value("min_age_s", config.min_age_s);
    config.prefill = read.value("prefill", config.prefill);
    config.vm_to_vm = read.value("vm_to_vm", config.vm_to_vm);
    return config;
}

} // namespace tap_pool
