#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace banger::os {

/// Bytes that an unprivileged user may still write to the file system of `path` (statvfs(3),
/// f_bavail); none, with errno, when it cannot be asked.
[[nodiscard]] std::optional<std::uint64_t> free_space(const std::filesystem::path& path) noexcept;

} // namespace banger::os
