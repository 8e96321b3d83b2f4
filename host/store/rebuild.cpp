#include "store/rebuild.hpp"

#include "os/error.hpp"
#include "store/database.hpp"
#include "store/image_json.hpp"
#include "store/image_table.hpp"
#include "store/lease_table.hpp"
#include "store/vm_json.hpp"
#include "store/vm_table.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace banger::store {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

VmRow read(const fs::path& folder) {
    auto row = find_vm_json(folder);
    if (!row) {
        throw Error(ErrorKind::not_found, "it has no vm.json");
    }
    if (row->id != folder.filename()) {
        throw Error(ErrorKind::conflict, "its vm.json is that of VM " + row->id);
    }
    return std::move(*row);
}

/// A VM is not lost for a number that its next start draws anew. Returns the VM that keeps it.
std::optional<std::string> clear_taken_cid(Database& database, VmRow& row) {
    if (row.cid == 0) {
        return std::nullopt;
    }
    const auto other = VmTable(database).find_by_cid(row.cid);
    if (!other) {
        return std::nullopt;
    }
    row.cid = 0;
    return other->id;
}

void insert(Database& database, const VmRow& row) {
    Transaction transaction(database);
    VmTable(database).insert(row);
    if (!row.ip.empty()) {
        LeaseTable(database).acquire(row.ip, row.id);
    }
    transaction.commit();
}

void rebuild_images(Database& database, Rebuilt& rebuilt) {
    const fs::path folder = database.path().parent_path();
    std::vector<ImageRow> rows;
    try {
        rows = find_images_json(folder);
    } catch (const Error& error) {
        rebuilt.problems.push_back(folder.string() + ": " + error.what());
        return;
    }
    ImageTable images(database);
    for (const ImageRow& row : rows) {
        if (images.find(row.name)) {
            continue;
        }
        try {
            images.save(row);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::conflict) {
                throw; // the database itself fails
            }
            rebuilt.problems.push_back("image " + row.name + " in images.json: " + error.what());
            continue;
        }
        rebuilt.images.push_back(row.name);
    }
}

} // namespace

Rebuilt rebuild_from_folders(Database& database, const fs::path& vms_dir) {
    Rebuilt rebuilt;
    rebuild_images(database, rebuilt);
    std::vector<fs::path> folders;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(vms_dir, code)) {
        if (entry.is_directory(code)) {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) {
        if (VmTable(database).find(folder.filename().string())) {
            continue;
        }
        VmRow row;
        try {
            row = read(folder);
        } catch (const Error& error) {
            rebuilt.problems.push_back(folder.string() + ": " + error.what());
            continue;
        }
        const std::int64_t cid = row.cid;
        const auto cid_owner = clear_taken_cid(database, row);
        try {
            insert(database, row);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::conflict) {
                throw; // the database itself fails
            }
            rebuilt.problems.push_back(folder.string() + ": " + error.what());
            continue;
        }
        if (cid_owner) {
            rebuilt.problems.push_back(folder.string() + ": the vsock context id " +
                                       std::to_string(cid) + " belongs to VM " + *cid_owner +
                                       "; a start that needs one draws another");
        }
        rebuilt.vms.push_back(std::move(row));
    }
    return rebuilt;
}

} // namespace banger::store
