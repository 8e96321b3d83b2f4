#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagebuild {

/// "; did you mean 'packages'?" when one of `known` is near enough, else "".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& known);

} // namespace imagebuild
