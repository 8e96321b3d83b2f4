#pragma once

#include <string>

namespace agent {

/// The text of a file of /proc or /sys, whose size nobody knows before; empty when it cannot be
/// read. Never more than `limit` bytes.
[[nodiscard]] std::string read_proc(const std::string& path, std::size_t limit = 4U << 20U);

} // namespace agent
