#pragma once

#include "cli/session.hpp"
#include "cli/ssh_command.hpp"

#include <vector>

namespace banger::copy {

/// `vm cp` without SSH: the last end is the destination, which means what it means to scp. Each
/// source is done by itself; failures are reported. Returns the exit code. Throws cancelled.
[[nodiscard]] int copy(cli::Session& session, const std::vector<cli::CopyEnd>& ends);

} // namespace banger::copy
