#pragma once

#include "state/history.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// For templates/_meter.tpl: a bar with its text. name: what it is to one who does not see it.
/// {"LABEL","TEXT","PERCENT","LEVEL","NAME"}
[[nodiscard]] nlohmann::json meter(const std::string& label, const std::string& name,
                                   double percent, const std::string& text);

/// For templates/_spark.tpl: a line of percents over time, oldest at the left; false with less than
/// two of them. {"LABEL","LINE","UNDER","WIDTH"}: paths as trace() has them.
[[nodiscard]] nlohmann::json sparkline(const std::string& label,
                                       const std::optional<Course>& course);

} // namespace web
