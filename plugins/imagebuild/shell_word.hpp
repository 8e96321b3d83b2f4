#pragma once

#include <string>
#include <string_view>

namespace imagebuild {

/// One word of a shell's command line, whatever is in it: always in single quotes.
[[nodiscard]] std::string shell_word(std::string_view text);

} // namespace imagebuild
