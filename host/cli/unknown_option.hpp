#pragma once

#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// What may have been meant: "; did you mean '--vcpu'?", and where VMs have options that no --help
/// lists: plugins that do not run bring none. Those that failed are always named, those that are
/// off only where no other name is near.
[[nodiscard]] std::string unknown_option(const Session& session, const std::string& option,
                                         const std::vector<std::string>& known);

} // namespace banger::cli
