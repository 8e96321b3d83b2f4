#include "vmm/firecracker/log_line.hpp"

#include <algorithm>
#include <cstddef>

namespace banger::vmm::firecracker {

std::string_view log_message(std::string_view line) noexcept {
    // 2025-03-30T17:56:21.871223256 [0123456789ab:main] Running Firecracker v1.11.0
    constexpr std::size_t date = 10;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t end = line.find("] ");
    if (line.size() <= date || !std::all_of(line.begin(), line.begin() + 4, is_digit) ||
        line[date] != 'T' || line.find(" [") > end || end == std::string_view::npos) {
        return line;
    }
    return line.substr(end + 2);
}

bool repeats_exit(std::string_view line) noexcept {
    return log_message(line).rfind("Firecracker exiting ", 0) == 0;
}

} // namespace banger::vmm::firecracker
