#pragma once

#include "store/vm_table.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

namespace banger::vm {

/// A disk of a VM that has a size of its own.
struct SizedDisk {
    std::string id;                    ///< as its VMM and its guest know it
    std::filesystem::path file;        ///< in the VM's folder
    std::string what;                  ///< for messages
    std::int64_t store::VmRow::*mib{}; ///< its size in the record

    [[nodiscard]] std::int64_t size(const store::VmRow& row) const { return row.*mib; }
};

/// Of its system, or of what it writes over the image; and of /root.
[[nodiscard]] std::array<SizedDisk, 2> sized_disks(const store::VmRow& row);

} // namespace banger::vm
