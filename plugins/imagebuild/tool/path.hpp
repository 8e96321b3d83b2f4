#pragma once

#include <string>

namespace image_tool {

[[nodiscard]] std::string join_path(const std::string& folder, const std::string& name);
/// "/etc//x/" as "etc/x"; throws for one with "..".
[[nodiscard]] std::string plain_path(const std::string& path);
/// As it can be shown: bytes that are no UTF-8, and control characters, as \xNN.
[[nodiscard]] std::string shown_path(const std::string& path);

} // namespace image_tool
