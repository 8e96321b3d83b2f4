#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace web {

/// What a program wrote, line by line, without anything that a terminal would act on.
[[nodiscard]] std::vector<std::string> shown_lines(std::string_view text);

} // namespace web
