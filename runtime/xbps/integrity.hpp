#pragma once

#include <filesystem>
#include <string_view>

namespace banger::xbps {

/// Does the file have the hash "sha512-BASE64", as npm and browsers write it? Throws os::Error
/// (invalid) for another kind of text.
[[nodiscard]] bool has_integrity(const std::filesystem::path& file, std::string_view integrity);

} // namespace banger::xbps
