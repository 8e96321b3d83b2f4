#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace banger::init {

/// What the init needs to know of an ext4 file system before it mounts it.
struct Superblock {
    std::string label;
    std::uint64_t blocks = 0;
    std::uint64_t block_size = 0;
};

/// nullopt when the device cannot be read or holds no ext4.
std::optional<Superblock> read_superblock(const std::string& device);

} // namespace banger::init
