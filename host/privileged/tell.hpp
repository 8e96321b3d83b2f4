#pragma once

#include <string>
#include <vector>

namespace banger::privileged {

/// Runs the program of another service of this machine (resolvectl, nmcli, firewall-cmd): by its
/// full name, with arguments that are ours or checked. Throws unavailable with what it said.
void tell(const std::vector<std::string>& command);

} // namespace banger::privileged
