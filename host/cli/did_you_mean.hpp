#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::cli {

/// The candidate that `word` is most likely a slip of, when one is near enough.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or nothing, to go at the end of a message.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

} // namespace banger::cli
