#pragma once

#include <string>
#include <vector>

#include "init/disks.hpp"

namespace banger::init {

/// Where the guest's "/" is put together before it becomes "/".
inline constexpr const char* new_root = "/newroot";

/// /proc, /sys and /dev of the initramfs.
void mount_kernel_file_systems();

/// Mounts base read-only, the overlay disk over it, and the work disk on root's home, all below
/// new_root. A disk larger than its file system is grown; what did not work of that is returned as
/// warnings.
std::vector<std::string> mount_overlay_root(const Disk& base, const Disk& overlay,
                                            const Disk& work);

/// The same with a private, writable root disk.
std::vector<std::string> mount_copy_root(const Disk& root, const Disk& work);

/// Moves /proc, /sys and /dev below new_root, empties the initramfs (its memory is the guest's),
/// makes new_root "/".
void switch_root();

} // namespace banger::init
