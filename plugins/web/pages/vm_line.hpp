#pragma once

#include "state/snapshot.hpp"

#include <string>

namespace web {

/// "/vms/web-1"
[[nodiscard]] std::string vm_path(const std::string& name);

/// A VM in one line of a list, and what its page begins with. ACTIONS has what can be done now.
[[nodiscard]] nlohmann::json vm_line(const nlohmann::json& vm, const Snapshot& now);

/// What its guest says it uses: {"CPU","MEMORY_USE","DISK_USE"}, each for templates/_meter.tpl or
/// false, and "HAS_USAGE".
[[nodiscard]] nlohmann::json vm_usage(const nlohmann::json& vm);

/// VMs that are being created and are not in the list of VMs yet, as vm_line() has them.
[[nodiscard]] nlohmann::json coming_vms(const Snapshot& now);

/// The VM of that name, or null.
[[nodiscard]] const nlohmann::json& find_vm(const Snapshot& now, const std::string& name);
/// Throws Problem (404) where there is none.
[[nodiscard]] const nlohmann::json& require_vm(const Snapshot& now, const std::string& name);

} // namespace web
