#pragma once

#include "vm/capabilities.hpp"

#include <cstdint>
#include <string>

namespace banger::vm {

/// Grows the ext4 on a disk of a running guest to the disk's new size, by the guest's agent; the
/// file system stays mounted. Waits for up to a minute. Empty: done; else why not, on one line.
/// [pool thread]
[[nodiscard]] std::string grow_guest_disk(Capabilities& capabilities, const VmView& vm,
                                          const std::string& disk, std::uint64_t bytes);

} // namespace banger::vm
