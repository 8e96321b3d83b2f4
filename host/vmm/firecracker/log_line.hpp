#pragma once

#include <string_view>

namespace banger::vmm::firecracker {

/// A line of its log without the time and the thread at its beginning; another line as it is.
[[nodiscard]] std::string_view log_message(std::string_view line) noexcept;

/// Whether the line only repeats that it ends, with its status.
[[nodiscard]] bool repeats_exit(std::string_view line) noexcept;

} // namespace banger::vmm::firecracker
