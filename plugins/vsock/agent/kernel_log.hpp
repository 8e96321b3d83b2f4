#pragma once

#include <string>
#include <string_view>

namespace agent {

/// A record of /dev/kmsg as a line that people read, with its end: "[    1.234567] text".
[[nodiscard]] std::string kernel_line(std::string_view record);

} // namespace agent
