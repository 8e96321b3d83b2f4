#include "daemon/known_vms.hpp"

#include "os/error.hpp"
#include "store/vm_json.hpp"
#include "store/vm_table.hpp"
#include "vm/process_record.hpp"

#include <algorithm>
#include <filesystem>

namespace banger::daemon {

std::vector<KnownVm> known_vms(const os::UserPaths& paths) {
    std::vector<KnownVm> vms;
    std::error_code code;
    for (const auto& folder : std::filesystem::directory_iterator(paths.data / "vms", code)) {
        try {
            if (const auto row = store::find_vm_json(folder.path())) {
                const auto run = paths.runtime / "vm" / row->id.substr(0, 8);
                const vm::Found found = vm::find_process(row->process, run);
                vms.push_back({row->name, row->ip, found.process.has_value()});
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): the daemon tells what it is
        }
    }
    std::sort(vms.begin(), vms.end(),
              [](const KnownVm& a, const KnownVm& b) { return a.name < b.name; });
    return vms;
}

} // namespace banger::daemon
