#pragma once

#include "board.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace vsock {

/// Rows that the plugin's verbs show, of what is known: columns in their order.
using Rows = nlohmann::ordered_json;
[[nodiscard]] Rows guest_rows(const std::vector<Board::View>& views, Steady::time_point now);
[[nodiscard]] Rows stats_rows(const std::vector<Board::View>& views, Steady::time_point now);
/// `by_name`: URLs have the names of VMs, which this machine finds, else their addresses.
[[nodiscard]] Rows port_rows(const std::vector<Board::View>& views, bool by_name);

/// "3 of 4 answer".
[[nodiscard]] std::string status_line(const std::vector<Board::View>& views);

} // namespace vsock
