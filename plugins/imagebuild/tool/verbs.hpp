#pragma once

#include "report.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace image_tool {

/// A verb of the tool: takes the words behind it, returns its result, throws Failure.
using Verb = nlohmann::json (*)(const std::vector<std::string>& words, Report& report);

[[nodiscard]] nlohmann::json flatten(const std::vector<std::string>& words, Report& report);
[[nodiscard]] nlohmann::json compact(const std::vector<std::string>& words, Report& report);
[[nodiscard]] nlohmann::json inspect(const std::vector<std::string>& words, Report& report);
[[nodiscard]] nlohmann::json seed(const std::vector<std::string>& words, Report& report);
[[nodiscard]] nlohmann::json diff(const std::vector<std::string>& words, Report& report);

} // namespace image_tool
