#pragma once

#include <filesystem>
#include <string>

namespace banger::os {

/// The line of ssh_config(5) that includes this file. ssh expands patterns in it, so a character
/// that means more than itself is written as "?", which is any one.
[[nodiscard]] std::string ssh_include(const std::filesystem::path& file);

} // namespace banger::os
