#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dns {

/// The plugin's part of config.yaml.
struct Config {
    std::uint16_t port = 0;             ///< 0: auto
    bool host_integration = true;       ///< this machine's resolver is told about us
    std::vector<std::string> upstreams; ///< instead of those of resolv.conf
    unsigned forwards_per_second = 200; ///< of one guest
};

/// What `port: auto` tries first: beside mDNS (5353) and LLMNR (5355), and nobody's.
constexpr std::uint16_t preferred_port = 5390;

/// `json` has passed config_schema. Throws Error naming the key for what a schema cannot say.
[[nodiscard]] Config read_config(std::string_view json);

extern const char config_schema[];

} // namespace dns
