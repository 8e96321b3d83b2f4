#include "config.hpp"

#include "upstreams.hpp"

#include <banger/plugin.hpp>

#include <nlohmann/json.hpp>

namespace dns {

using banger::Error;

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "port": {"default": "auto",
             "description": "where we listen, UDP and TCP: 1024 to 65535, or auto"},
    "host_integration": {"enum": ["auto", "off"], "default": "auto",
                         "description": "tell this machine's resolver about the names of VMs"},
    "upstreams": {"type": "array", "items": {"type": "string", "maxLength": 64}, "maxItems": 8,
                  "default": [],
                  "description": "resolvers to forward to, ADDRESS or IPV4:PORT; none: those of resolv.conf"},
    "forwards_per_second": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 200,
                            "description": "questions of one VM that are forwarded"}
  }
})";

Config read_config(std::string_view json) {
    const auto read = nlohmann::json::parse(json.empty() ? "{}" : json);
    Config config;
    if (const auto port = read.find("port"); port != read.end() && *port != "auto") {
        if (!port->is_number_integer() || *port < 1024 || *port > 65535) {
            throw Error(BANGER_E_INVALID,
                        "port: must be auto, or a number from 1024 to 65535, not " + port->dump());
        }
        config.port = port->get<std::uint16_t>();
    }
    config.host_integration = read.value("host_integration", "auto") == "auto";
    config.upstreams = read.value("upstreams", config.upstreams);
    for (const std::string& upstream : config.upstreams) {
        if (!Endpoint::parse_fixed(upstream)) {
            throw Error(BANGER_E_INVALID, "upstreams: '" + upstream + "' is not an address",
                        "such as 192.0.2.53 or 192.0.2.53:5353");
        }
    }
    config.forwards_per_second = read.value("forwards_per_second", config.forwards_per_second);
    return config;
}

} // namespace dns
