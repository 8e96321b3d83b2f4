#pragma once

#include <string>
#include <vector>

namespace banger::cli {

/// Runs the program on its arguments (without its own name) and gives its exit status.
[[nodiscard]] int run_command_line(const std::vector<std::string>& words);

} // namespace banger::cli
