#pragma once

#include "daemon/check.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::daemon {

/// What this machine gives that no setting decides: KVM, cgroups, and of the file system of the
/// data folder (or the nearest that exists) its room and whether files can share blocks.
[[nodiscard]] std::vector<Check> system_checks(const std::filesystem::path& data_folder);

/// How a user whom a device of this mode and group keeps out gets in; `group` is empty when it has
/// no name.
[[nodiscard]] std::string kvm_fix(mode_t mode, const std::string& group);

} // namespace banger::daemon
