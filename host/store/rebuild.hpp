#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::store {

class Database;
struct VmRow;

struct Rebuilt {
    std::vector<VmRow> vms;            ///< now in the database, with their leases
    std::vector<std::string> images;   ///< names, now in the database
    std::vector<std::string> problems; ///< one line each: what is not as its file says
};

/// Fills a fresh database from the vm.json files below `vms_dir` (data/vms) and from images.json
/// beside the database. What is in the database already stays as it is there, and the VM folders
/// stay as they are.
[[nodiscard]] Rebuilt rebuild_from_folders(Database& database,
                                           const std::filesystem::path& vms_dir);

} // namespace banger::store
