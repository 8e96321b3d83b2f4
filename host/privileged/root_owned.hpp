#pragma once

#include <filesystem>

#include <sys/types.h>

namespace banger::privileged {

/// What of an absolute path (the file, or a folder on the way to it, links followed) a user other
/// than root and `owner` may change or replace; empty when there is no such part.
[[nodiscard]] std::filesystem::path changeable_part(const std::filesystem::path& path,
                                                    uid_t owner = 0);

} // namespace banger::privileged
