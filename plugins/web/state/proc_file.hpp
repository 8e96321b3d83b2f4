#pragma once

#include <filesystem>
#include <string>

namespace web {

/// All of a small file that the kernel makes; empty where it is not there or may not be read.
[[nodiscard]] std::string proc_file(const std::filesystem::path& path);

} // namespace web
