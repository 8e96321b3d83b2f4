#include "daemon/known_vms.hpp"

#include "os/error.hpp"
#include "store/vm_json.hpp"
#include "vm/process_record.hpp"

#include <algorithm>
#include <filesystem>

namespace banger::daemon {

std::vector<KnownVm> known_vms(const std::vector<store::VmRow>& rows, const os::UserPaths& paths) {
    std::vector<KnownVm> vms;
    for (const store::VmRow& row : rows) {
        KnownVm vm{row.name, row.ip, false};
        try {
            const auto run = paths.runtime / "vm" / row.id.substr(0, 8);
            vm.runs = vm::find_process(row.process, run).process.has_value();
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): taking it up tells what it is
        }
        vms.push_back(std::move(vm));
    }
    std::sort(vms.begin(), vms.end(),
              [](const KnownVm& a, const KnownVm& b) { return a.name < b.name; });
    return vms;
}

std::vector<KnownVm> known_vms(const os::UserPaths& paths) {
    std::vector<store::VmRow> rows;
    std::error_code code;
    for (const auto& folder : std::filesystem::directory_iterator(paths.data / "vms", code)) {
        try {
            if (auto row = store::find_vm_json(folder.path())) {
                rows.push_back(std::move(*row));
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): the daemon tells what it is
        }
    }
    return known_vms(rows, paths);
}

} // namespace banger::daemon
