#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// What ssh runs as its ProxyCommand: connects it to a VM, or says why it cannot.
/// VM HOST PORT, or "--other" NAME HOST PORT of a name of the domain that no VM is known by.
[[nodiscard]] int ssh_proxy(Session& session, const std::vector<std::string>& words);

} // namespace banger::cli
