#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// Does the console answer at this address? Asks it as a browser does.
[[nodiscard]] nlohmann::json check_console(const std::string& address, std::uint16_t port,
                                           bool given_up);

} // namespace web
