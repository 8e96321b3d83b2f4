#pragma once

#include <cstdint>

namespace banger::config {

// What a VM may have: for config.yaml and for requests alike.
inline constexpr std::int64_t max_vcpus = 32;
inline constexpr std::int64_t min_memory_mib = 128; ///< below it kernel and initramfs do not fit
inline constexpr std::int64_t max_memory_mib = std::int64_t{1} << 24U; // 16 TiB
inline constexpr std::int64_t min_disk_mib = 64;
inline constexpr std::int64_t max_policy_s = std::int64_t{365} * 24 * 3600;
inline constexpr std::int64_t max_disk_mib = std::int64_t{1} << 24U; ///< ext4's, with 4 KiB blocks

} // namespace banger::config
