#include "vm/sized_disk.hpp"

#include "image/disks.hpp"

namespace banger::vm {

std::array<SizedDisk, 2> sized_disks(const store::VmRow& row) {
    const bool copy = image::disk_mode(row.disk_mode) == image::DiskMode::copy;
    const std::string root = copy ? "root" : "overlay";
    return {{{root, root + ".ext4", "disk", &store::VmRow::disk_mib},
             {"work", "work.ext4", "work disk", &store::VmRow::work_disk_mib}}};
}

} // namespace banger::vm
