#pragma once

#include <filesystem>

namespace banger::vmm {

/// Throws invalid when the path is longer than a Unix socket's may be.
void check_socket_path(const std::filesystem::path& path);

} // namespace banger::vmm
