#pragma once

#include <filesystem>

namespace banger::image {

/// Whether it is a kernel that is not packed: every VMM boots that.
[[nodiscard]] bool is_elf(const std::filesystem::path& file);

/// Whether it is a kernel that some VMM boots, packed (Documentation/arch/x86/boot.rst in the
/// kernel's tree) or not. By its first bytes alone; false also for what cannot be read.
[[nodiscard]] bool is_kernel(const std::filesystem::path& file);

/// Whether the kernel would take it for an initial RAM disk: a newc archive
/// (Documentation/driver-api/early-userspace/buffer-format.rst), as it is or compressed in a way
/// that the kernel knows (lib/decompress.c). By its first bytes alone.
[[nodiscard]] bool is_initramfs(const std::filesystem::path& file);

} // namespace banger::image
