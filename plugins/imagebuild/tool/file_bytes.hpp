#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace image_tool {

/// 64 KiB of them.
[[nodiscard]] std::string_view some_zeros() noexcept;
[[nodiscard]] bool all_zeros(std::string_view bytes) noexcept;

/// What lies between two holes of a file.
struct Stretch {
    std::uint64_t begin, end;
};
/// The next one at or behind `from`; at the end of the file, which has `size` bytes, an empty one.
/// `name` is for messages, here as below.
[[nodiscard]] Stretch next_stretch(int fd, std::uint64_t from, std::uint64_t size,
                                   const std::string& name);
/// All of them.
void write_at(int fd, std::uint64_t offset, std::string_view bytes, const std::string& name);

} // namespace image_tool
