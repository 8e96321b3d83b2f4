#pragma once

#include <cstddef>
#include <string_view>

namespace tap_pool {

/// The plugin's part of config.yaml.
struct Config {
    std::size_t size = 2; ///< taps kept ready for the next starts; 0 makes each one when needed
    long min_age_s = 60;  ///< a tap that belongs to no VM is deleted only when it is older
    bool prefill = false; ///< fill the pool when the daemon starts, not after the first start
    bool vm_to_vm = true; ///< VMs may reach each other
};

/// `json` has passed config_schema.
[[nodiscard]] Config read_config(std::string_view json);

extern const char config_schema[];

} // namespace tap_pool
