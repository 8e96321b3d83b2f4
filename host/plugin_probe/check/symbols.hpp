#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::plugin_probe {

/// Every symbol that a 64-bit ELF library exports, sorted, without running any of its code. Throws
/// invalid for a damaged file.
[[nodiscard]] std::vector<std::string> exported_symbols(const std::filesystem::path& file);

} // namespace banger::plugin_probe
