#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace image_tool::archive {

/// What an archive may have: the names of files, and the one folder.
constexpr std::string_view manifest_name = "manifest.json";
constexpr std::string_view rootfs_name = "rootfs.ext4";
constexpr std::string_view modules_name = "modules";

/// A file of an image, manifest.json aside: rootfs.ext4, vmlinuz, ..
[[nodiscard]] bool is_image_file(std::string_view name) noexcept;
/// "modules/..": plain words with a slash between them, none of which begins with a dot.
[[nodiscard]] bool is_module_path(std::string_view path) noexcept;
/// "modules" and "modules/6.1" of "modules/6.1/a.ko": the outer ones first.
[[nodiscard]] std::vector<std::string> folders_above(const std::string& path);
/// As image names are.
[[nodiscard]] bool is_image_name(std::string_view name) noexcept;

/// What somebody else wrote, for a message: on one line, printable, not too long.
[[nodiscard]] std::string shown(std::string_view text);
/// "1.4 GiB"
[[nodiscard]] std::string shown_bytes(unsigned long long bytes);

} // namespace image_tool::archive
