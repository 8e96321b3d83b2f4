#include "image/ext4.hpp"

#include "os/unique_fd.hpp"

#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;

namespace {

/// The first 1024 bytes of it, at offset 1024; little endian
/// (Documentation/filesystems/ext4/super.rst).
class Superblock {
  public:
    static std::optional<Superblock> of(const fs::path& file) {
        constexpr off_t place = 1024;
        // A pipe in its place would hang whoever opens it.
        const os::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        Superblock block;
        if (!fd || ::pread(fd.get(), block.bytes_.data(), block.bytes_.size(), place) !=
                       static_cast<ssize_t>(block.bytes_.size())) {
            return std::nullopt;
        }
        const bool good = block.bytes_[0x38] == 0x53 && block.bytes_[0x39] == 0xEF;
        return good ? std::optional(block) : std::nullopt;
    }

    [[nodiscard]] std::uint64_t u32(std::size_t at) const {
        std::uint64_t value = 0;
        for (std::size_t i = 4; i-- > 0;) {
            value = value << 8U | bytes_.at(at + i);
        }
        return value;
    }

  private:
    std::array<unsigned char, 1024> bytes_{};
};

} // namespace

bool is_ext4(const fs::path& file) {
    return Superblock::of(file).has_value();
}

std::optional<std::uint64_t> ext4_used_bytes(const fs::path& file) {
    constexpr std::uint64_t is_64bit = 0x80; // of s_feature_incompat
    const auto block = Superblock::of(file);
    if (!block) {
        return std::nullopt;
    }
    std::uint64_t blocks = block->u32(0x4);
    std::uint64_t free = block->u32(0xC);
    const std::uint64_t log_size = block->u32(0x18);
    if ((block->u32(0x60) & is_64bit) != 0) {
        blocks |= block->u32(0x150) << 32U;
        free |= block->u32(0x158) << 32U;
    }
    if (free > blocks || log_size > 6 || blocks > (std::uint64_t{1} << 48U)) {
        return std::nullopt; // of a hostile or damaged file
    }
    return (blocks - free) << (10U + log_size);
}

} // namespace banger::image
