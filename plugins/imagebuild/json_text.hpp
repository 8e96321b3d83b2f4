#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace imagebuild {

/// The string member of that name; "" when `object` has none, or one that is no string.
[[nodiscard]] std::string text_in(const nlohmann::json& object, const char* key);

} // namespace imagebuild
