#pragma once

#include "state/usage.hpp"

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// "37 %", "1.5 GiB", "12 KiB/s"
[[nodiscard]] std::string metric_text(Metric metric, double value);

/// Whose charts these are, and what it has: 0 is not known.
struct Charted {
    std::string name;                   ///< "web-1", "this machine"
    std::uint64_t memory = 0, disk = 0; ///< bytes
};

/// For templates/_metrics.tpl: charts, and a table that says the same. {"CHARTS","ROWS","ANY"}
[[nodiscard]] nlohmann::json charts_model(const Charted& whose, const Usage::Look& look,
                                          Window window);

/// For programs, and for the script of these pages: every metric with its slots from `since` on
/// (seconds since 1970), and what is to be said of the whole window.
[[nodiscard]] nlohmann::json charts_json(const Usage::Look& look, Window window,
                                         std::int64_t since);

} // namespace web
