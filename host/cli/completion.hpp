#pragma once

#include <string>
#include <string_view>

namespace banger::cli {

/// The script that a shell loads; it asks `banger __complete` for the words.
/// Throws Error(invalid) for a shell that is not bash, zsh or fish.
[[nodiscard]] std::string completion_script(std::string_view shell);

} // namespace banger::cli
