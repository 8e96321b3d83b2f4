#include "builder/vmlinux.hpp"

#include "builder/archive.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <cstring>
#include <fcntl.h>

namespace banger::bundle {
namespace {

std::uint32_t word_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

[[noreturn]] void refuse(const std::string& why) {
    throw os::Error(os::ErrorKind::invalid,
                    "the kernel is not a bzImage that can be unpacked: " + why);
}

} // namespace

// Offsets: https://docs.kernel.org/arch/x86/boot.html
std::string_view bzimage_payload(std::string_view image) {
    constexpr std::size_t header_end = 0x250;
    if (image.size() < header_end || image.substr(0x202, 4) != "HdrS") {
        refuse("it has no setup header");
    }
    std::size_t setup_sectors = static_cast<unsigned char>(image[0x1f1]);
    setup_sectors = setup_sectors == 0 ? 4 : setup_sectors;
    const std::uint64_t offset = (setup_sectors + 1) * 512 + std::uint64_t{word_at(image, 0x248)};
    const std::uint64_t length = word_at(image, 0x24c);
    if (length < 8 || offset + length > image.size()) {
        refuse("its payload lies outside of the file");
    }
    const std::string_view payload = image.substr(offset, length);
    // The last word of the payload is the unpacked size. A gzip stream ends with it by itself;
    // behind others the kernel's build puts it, and it is no part of the stream.
    const bool gzip = payload.starts_with("\x1f\x8b");
    return gzip ? payload : payload.substr(0, length - 4);
}

void extract_vmlinux(const std::filesystem::path& vmlinuz, const std::filesystem::path& target) {
    const std::string image = os::read_file(vmlinuz, 256U << 20U);
    const os::UniqueFd kernel = os::open_file(target, O_RDWR | O_CREAT | O_TRUNC, 0644);
    decompress(bzimage_payload(image), vmlinuz.string(), [&](std::string_view bytes) {
        os::write_all(kernel.get(), bytes, target.string());
    });
    char magic[4] = {};
    if (::pread(kernel.get(), magic, sizeof magic, 0) != sizeof magic ||
        std::memcmp(magic, "\177ELF", 4) != 0) {
        refuse("what it holds is no ELF file");
    }
}

} // namespace banger::bundle
