#pragma once

#include <filesystem>
#include <string_view>

namespace banger::bundle {

/// The compressed kernel inside a bzImage. Throws os::Error (invalid) when it is no bzImage.
[[nodiscard]] std::string_view bzimage_payload(std::string_view image);

/// Unpacks the ELF kernel of a bzImage: Firecracker up to 1.16 boots nothing else, and QEMU boots
/// it faster by PVH.
void extract_vmlinux(const std::filesystem::path& vmlinuz, const std::filesystem::path& target);

} // namespace banger::bundle
