#pragma once

#include <string>
#include <string_view>

namespace banger::os {

/// Of what a program puts out, the word behind the first `before`: up to a space or the line's end.
/// Empty when there is none.
[[nodiscard]] std::string word_after(std::string_view output, std::string_view before);

} // namespace banger::os
