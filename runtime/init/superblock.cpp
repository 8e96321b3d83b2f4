#include "init/superblock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "guest/fd.hpp"

namespace banger::init {
namespace {

template <typename T>
T field(const char* block, std::size_t offset) {
    T value{};
    std::memcpy(&value, block + offset, sizeof value);
    return value;
}

} // namespace

// Layout: https://docs.kernel.org/filesystems/ext4/super.html (little endian, as x86-64 is).
std::optional<Superblock> read_superblock(const std::string& device) {
    guest::Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    char block[1024];
    if (!fd || ::pread(fd.get(), block, sizeof block, 1024) != sizeof block)
        return std::nullopt;
    if (field<std::uint16_t>(block, 0x38) != 0xEF53)
        return std::nullopt;
    constexpr std::uint32_t incompat_64bit = 0x80;

    Superblock out;
    out.label.assign(block + 0x78, ::strnlen(block + 0x78, 16));
    out.block_size = std::uint64_t{1024} << (field<std::uint32_t>(block, 0x18) & 7);
    out.blocks = field<std::uint32_t>(block, 0x04);
    if ((field<std::uint32_t>(block, 0x60) & incompat_64bit) != 0)
        out.blocks |= std::uint64_t{field<std::uint32_t>(block, 0x150)} << 32;
    return out;
}

} // namespace banger::init
