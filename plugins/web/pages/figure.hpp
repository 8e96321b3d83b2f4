#pragma once

#include "state/trend.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// For templates/_meter.tpl: a bar with its text. name: what it is to one who does not see it.
/// {"LABEL","TEXT","PERCENT","LEVEL","NAME"}
[[nodiscard]] nlohmann::json meter(const std::string& label, const std::string& name,
                                   double percent, const std::string& text);

/// For templates/_spark.tpl: a line of percents over time, oldest at the left; false with less than
/// two of them. {"LABEL","LINE","UNDER"}: paths in a box of 120 by 32.
[[nodiscard]] nlohmann::json sparkline(const std::string& label, const Trend& trend);

} // namespace web
