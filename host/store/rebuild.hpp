#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::store {

class Database;
struct VmRow;

struct Rebuilt {
    std::vector<VmRow> vms;            ///< now in the database, with their leases
    std::vector<std::string> problems; ///< one line per folder that could not be read
};

/// Fills a fresh database from the vm.json files below `vms_dir` (data/vms). A VM that is in the
/// database already stays as it is there. Nothing on the disk is changed.
[[nodiscard]] Rebuilt rebuild_from_folders(Database& database,
                                           const std::filesystem::path& vms_dir);

} // namespace banger::store
