#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vsock {

/// What is no UTF-8 becomes U+FFFD, so that any bytes are text.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

/// Text of a guest as a terminal may show it, in one line of at most `most` bytes: without escape
/// sequences, and with '?' for control characters and for what changes the order or the width of
/// other characters. What was cut ends in "…".
[[nodiscard]] std::string shown(std::string_view utf8, std::size_t most);

} // namespace vsock
