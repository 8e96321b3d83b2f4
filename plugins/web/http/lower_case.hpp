#pragma once

#include <string>
#include <string_view>

namespace web {

/// Letters of ASCII as small ones; all else as it is.
[[nodiscard]] std::string in_lower_case(std::string_view text);

} // namespace web
