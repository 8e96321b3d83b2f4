#pragma once

#include <filesystem>
#include <string>

namespace banger::plugin {

/// Makes room where a file of ours belongs: a link, a pipe or an empty folder goes. Why there is
/// none all the same; empty when there is.
[[nodiscard]] std::string clear_place(const std::filesystem::path& file);

} // namespace banger::plugin
