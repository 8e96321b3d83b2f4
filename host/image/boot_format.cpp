#include "image/boot_format.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>

namespace banger::image {
namespace fs = std::filesystem;

namespace {

using namespace std::string_view_literals;

/// What an initial RAM disk can begin with: newc, then lib/decompress.c's table.
constexpr std::array<std::string_view, 10> initramfs_magics{
    "070701"sv,        "070702"sv,                                  // not packed
    "\x1f\x8b"sv,      "\x1f\x9e"sv, "BZh"sv,        "]\0\0"sv,     // gzip, bzip2, lzma
    "\xfd\x37zXZ\0"sv, "\x89LZO"sv,  "\x02!L\x18"sv, "(\xb5/\xfd"sv // xz, lzo, lz4, zstd
};

std::string begin_of(const fs::path& file, std::size_t count) {
    std::string bytes(count, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    return bytes;
}

} // namespace

bool is_elf(const fs::path& file) {
    return begin_of(file, 4) == "\177ELF";
}

bool is_kernel(const fs::path& file) {
    constexpr std::size_t magic_at = 0x202;
    const std::string header = begin_of(file, magic_at + 4);
    return header.starts_with("\177ELF") ||
           (header.size() > magic_at && header.substr(magic_at) == "HdrS");
}

bool is_initramfs(const fs::path& file) {
    const std::string begin = begin_of(file, 6);
    return std::any_of(initramfs_magics.begin(), initramfs_magics.end(),
                       [&](std::string_view magic) { return begin.starts_with(magic); });
}

} // namespace banger::image
