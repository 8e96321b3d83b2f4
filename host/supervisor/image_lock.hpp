#pragma once

#include "os/unique_fd.hpp"
#include "vmm/plan.hpp"

#include <filesystem>
#include <vector>

namespace banger::supervisor {

/// Locks images as QEMU locks its own (block/file-posix.c there): one VM writes an image, or many
/// read it, whatever runs each of them. Relative paths are in `folder`. The locks are held as long
/// as any copy of a descriptor is open, a child's included. On a file system without such locks
/// none are taken, as with QEMU. Throws busy for an image that another VM has.
[[nodiscard]] std::vector<os::UniqueFd> lock_images(const std::vector<vmm::ImageLock>& images,
                                                    const std::filesystem::path& folder);

} // namespace banger::supervisor
