#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

/// The candidate that a person most likely meant (edit distance with transpositions, at most a
/// third of the word's length), for "did you mean". nullopt when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

} // namespace banger::os
