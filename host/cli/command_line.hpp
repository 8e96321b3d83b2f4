#pragma once

#include <string>
#include <vector>

namespace banger::cli {

/// Runs the program on its arguments (without its own name) and gives its exit status.
[[nodiscard]] int run_command_line(const std::vector<std::string>& words);

/// Whether no plugin's verb is a command of that name: it is one of ours, or is kept for them
/// (own_words.hpp).
[[nodiscard]] bool is_own_word(const std::string& word);

} // namespace banger::cli
