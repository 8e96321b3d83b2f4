#pragma once

#include <filesystem>

namespace imagebuild {

/// Whether a kernel would take it for an initial RAM disk, by its first bytes: a newc archive
/// (Documentation/driver-api/early-userspace/buffer-format.rst in the kernel's tree) as it is, or
/// compressed (lib/decompress.c).
[[nodiscard]] bool is_initrd(const std::filesystem::path& file);

} // namespace imagebuild
