#pragma once

#include "board.hpp"

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vsock {

/// As actions.h says of doctor's checks.
[[nodiscard]] nlohmann::json check_agents(const std::vector<Board::View>& views,
                                          std::string_view version);
[[nodiscard]] nlohmann::json check_guests(const std::vector<Board::View>& views);

/// Dotted numbers; what is none counts as 0.
[[nodiscard]] bool is_older(std::string_view version, std::string_view than);

} // namespace vsock
