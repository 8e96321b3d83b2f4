#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::plugin_probe {

/// Every symbol that a 64-bit ELF library exports, sorted, without running any of its code. Throws
/// invalid for a damaged file.
[[nodiscard]] std::vector<std::string> exported_symbols(const std::filesystem::path& file);

/// As it stands in the source, and not longer than a line.
[[nodiscard]] std::string readable_symbol(const std::string& symbol);

} // namespace banger::plugin_probe
