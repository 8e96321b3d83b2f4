#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace web {

/// plugins.entries.web.config of config.yaml.
struct Config {
    std::string address = "127.0.0.1"; ///< empty: no web console
    std::uint16_t port = 7777;
    bool other_port = false;             ///< the next free one when that is taken
    std::vector<std::string> file_roots; ///< folders that the picker of paths shows; none: home
};

extern const char config_schema[];

/// Throws banger::Error (E_INVALID) that names the key: anything but loopback is refused.
[[nodiscard]] Config read_config(std::string_view json);

} // namespace web
