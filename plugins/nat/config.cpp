#include "config.hpp"

#include <nlohmann/json.hpp>

namespace nat {

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "default": {"type": "boolean", "default": true,
                "description": "NAT for VMs that were given neither --nat nor --no-nat"},
    "private_ranges": {"type": "boolean", "default": true,
                       "description": "VMs with open egress may reach private networks, too"},
    "closed": {"type": "array", "maxItems": 128, "default": [],
               "items": {"type": "string", "pattern": "^[0-9.]{7,15}/[0-9]{1,2}$"},
               "description": "more networks that open egress does not include"},
    "host_access": {"type": "boolean", "default": true,
                    "description": "VMs may reach services of this machine"},
    "refresh_s": {"type": "integer", "minimum": 5, "maximum": 86400, "default": 60,
                  "description": "how often names in --egress allow= are looked up"}
  }
})";

Config read_config(std::string_view json) {
    const auto read = nlohmann::json::parse(json.empty() ? "{}" : json);
    Config config;
    config.by_default = read.value("default", config.by_default);
    config.host_access = read.value("host_access", config.host_access);
    config.refresh_s = read.value("refresh_s", config.refresh_s);
    config.closed = read.value("closed", config.closed);
    if (!read.value("private_ranges", true)) { // RFC 1918, 6598, 3927
        for (const char* range :
             {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"}) {
            config.closed.emplace_back(range);
        }
    }
    return config;
}

} // namespace nat
