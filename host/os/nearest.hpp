#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

/// The candidate that a person most likely meant (edit distance with transpositions, at most a
/// third of the word's length, dashes at its front not counted), for "did you mean". nullopt when
/// none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or nothing, to go at the end of a message; `before` is what comes before
/// each candidate where it is typed, as "vm " or "--".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates,
                                       std::string_view before = {});

} // namespace banger::os
