#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nat {

/// The plugin's part of config.yaml.
struct Config {
    bool by_default = true;          ///< NAT of a VM that says neither --nat nor --no-nat
    bool host_access = true;         ///< guests may reach services of the host at the bridge
    std::vector<std::string> closed; ///< networks that --egress open does not include
    unsigned refresh_s = 60;         ///< how often names in --egress allow= are looked up again
};

/// `json` has passed config_schema. Private ranges are spelled out in `closed`.
[[nodiscard]] Config read_config(std::string_view json);

extern const char config_schema[];

} // namespace nat
