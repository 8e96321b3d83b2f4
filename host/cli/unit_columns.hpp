#pragma once

#include "api_client/api.hpp"

namespace banger::cli {

/// A row of a plugin's verb as a person reads it. Numbers stay plain in JSON, and their names say
/// what they are (docs/plugins.md, "Verbs"):
///   heard_s            93       "heard": "93s"
///   disk_free_bytes    1048576  "disk_free": "1.0M"
///   rx_bytes_per_s     2048     "rx_per_s": "2K"
///   cpu_percent        12.34    "cpu_%": "12.3"
///   memory_used_bytes, memory_total_bytes: one cell, "memory": "212M/512M"
/// Any other is as it is, with two decimals when it has some. null is an empty cell.
[[nodiscard]] api_client::Json with_units(const api_client::Json& row);

} // namespace banger::cli
