#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// A JSON Schema of one value in a line: "its meaning; on or off; without it: on".
[[nodiscard]] std::string schema_text(const nlohmann::json& schema);

} // namespace web
