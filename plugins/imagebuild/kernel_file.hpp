#pragma once

#include <filesystem>
#include <string>

namespace imagebuild {

/// Whether it is an uncompressed kernel, which every VMM boots.
[[nodiscard]] bool is_elf(const std::filesystem::path& kernel);

/// Whether it is a kernel that a VM can boot, packed or not, by its first bytes.
[[nodiscard]] bool is_kernel(const std::filesystem::path& file);

/// The version that a kernel says it has, as its modules' folder is named; empty: it says none.
[[nodiscard]] std::string kernel_version_of(const std::filesystem::path& kernel);

} // namespace imagebuild
