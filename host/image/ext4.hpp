#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace banger::image {

/// By its superblock alone; false also for what cannot be read.
[[nodiscard]] bool is_ext4(const std::filesystem::path& file);

/// Bytes in use, as the superblock of a file system that is not mounted has them; none for what is
/// no ext4.
[[nodiscard]] std::optional<std::uint64_t> ext4_used_bytes(const std::filesystem::path& file);

} // namespace banger::image
