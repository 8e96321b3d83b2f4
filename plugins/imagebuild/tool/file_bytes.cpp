#include "file_bytes.hpp"

#include "failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace image_tool {
namespace {

constinit const std::array<char, std::size_t{1} << 16U> zeros_bytes{};

} // namespace

std::string_view some_zeros() noexcept {
    return {zeros_bytes.data(), zeros_bytes.size()};
}

bool all_zeros(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const std::size_t piece = std::min(bytes.size(), zeros_bytes.size());
        if (std::memcmp(bytes.data(), zeros_bytes.data(), piece) != 0) {
            return false;
        }
        bytes.remove_prefix(piece);
    }
    return true;
}

Stretch next_stretch(int fd, std::uint64_t from, std::uint64_t size, const std::string& name) {
    const off_t begin = ::lseek(fd, static_cast<off_t>(from), SEEK_DATA);
    if (begin < 0 && errno == ENXIO) {
        return {size, size};
    }
    const off_t end = begin < 0 ? begin : ::lseek(fd, begin, SEEK_HOLE);
    if (end < 0) {
        throw system_failure("read " + name);
    }
    // It may have grown meanwhile.
    return {std::min(size, static_cast<std::uint64_t>(begin)),
            std::min(size, static_cast<std::uint64_t>(end))};
}

void write_at(int fd, std::uint64_t offset, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw system_failure("write " + name);
        }
        offset += static_cast<std::uint64_t>(n);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

} // namespace image_tool
