#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace banger::os {

/// Is all of it well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms)?
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// A whole sequence that shows nothing but changes how what is around it looks: control characters
/// (a C1 one, U+0080 to U+009F, begins a sequence on some terminals), and marks of the writing
/// direction.
[[nodiscard]] bool acts_on_terminal(std::string_view sequence) noexcept;

/// Fit for one line of a log: malformed bytes become U+FFFD, control characters (C1 ones too) and
/// marks of the writing direction a space, and what is longer than `limit` bytes is cut and marked.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit);

} // namespace banger::os
