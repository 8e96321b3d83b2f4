#pragma once

#include <cstdint>

namespace banger::config {

// What a VM may have: for config.yaml and for requests alike.
inline constexpr std::int64_t max_vcpus = 32;
inline constexpr std::int64_t min_memory_mib = 128; ///< below it kernel and initramfs do not fit
inline constexpr std::int64_t max_memory_mib = std::int64_t{1} << 24U; // 16 TiB
inline constexpr std::int64_t min_disk_mib = 64;
inline constexpr std::int64_t max_policy_s = std::int64_t{365} * 24 * 3600;
inline constexpr std::int64_t max_bytes_per_s = std::int64_t{1} << 40U; ///< 1 TiB
inline constexpr std::int64_t max_ops_per_s = 10'000'000;
// Below these a guest does not even boot.
inline constexpr std::int64_t min_bytes_per_s = std::int64_t{64} << 10U;
inline constexpr std::int64_t min_ops_per_s = 10;
inline constexpr std::int64_t max_disk_mib = std::int64_t{1} << 24U; ///< ext4's, with 4 KiB blocks

} // namespace banger::config
