#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace agent {

/// One line; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string to_text(const nlohmann::json& value);
/// Throws Refusal (invalid) when it is no object.
[[nodiscard]] nlohmann::json parse_object(std::string_view text);

} // namespace agent
