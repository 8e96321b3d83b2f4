#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banger::init {

/// A block device as the kernel shows it, with what tells its purpose.
struct Disk {
    std::string node;      ///< /dev/vda
    std::string serial;    ///< virtio-blk serial, "" where the VMM sets none
    std::string label;     ///< label of the ext4 file system on it
    bool discards = false; ///< it can be told which blocks are not used any more
};

/// The virtio disks of this machine, by name.
std::vector<Disk> list_disks();

/// Of a queue's `discard_max_bytes` in sysfs. Pure.
bool takes_discards(std::string_view discard_max_bytes);

/// "base,overlay,work": what the kernel argument banger.disks says of /dev/vda, /dev/vdb, ...
std::vector<std::string> disk_names(std::string_view text);

/// Gives the disks those names as their serials, by their letters: what a VMM that sets no serials
/// shows as one (Firecracker: numbers of the image's file) tells nothing. Pure.
void name_disks(std::vector<Disk>& disks, const std::vector<std::string>& names);

/// Which disk plays which role: by serial, else by label "bgr-<role>", and with `by_order` the
/// others in the order of their names. A role without a disk has an empty node. Pure.
std::vector<Disk> assign(const std::vector<Disk>& disks, const std::vector<std::string>& roles,
                         bool by_order);

/// Waits until every role has its disk; throws after `deadline` naming the missing role and the
/// disks that are there. `names` as of name_disks().
std::vector<Disk> wait_for_disks(const std::vector<std::string>& roles,
                                 const std::vector<std::string>& names,
                                 std::chrono::milliseconds deadline);

/// "vda (serial base, label bgr-base), ..." for messages.
std::string describe(const std::vector<Disk>& disks);

} // namespace banger::init
