#pragma once

#include "daemon/check.hpp"

#include <filesystem>
#include <vector>

namespace banger::daemon {

/// What this machine gives that no setting decides: KVM, cgroups, and of the file system of the
/// data folder (or the nearest that exists) its room and whether files can share blocks.
[[nodiscard]] std::vector<Check> system_checks(const std::filesystem::path& data_folder);

} // namespace banger::daemon
