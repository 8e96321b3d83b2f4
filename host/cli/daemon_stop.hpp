#pragma once

#include "os/paths.hpp"
#include "os/process.hpp"

#include <optional>

namespace banger::cli {

/// The daemon of this home, as the lock that it holds names it: for one that does not answer.
/// nullopt when nobody holds the lock, or it is the lock of a daemon that serves elsewhere.
[[nodiscard]] std::optional<os::ProcessId> daemon_process(const os::UserPaths& paths);

} // namespace banger::cli
