#pragma once

#include "os/error.hpp"

#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// The error of an option that the command does not have, with what may have been meant. Where VMs
/// have options that no --help lists, as plugins that do not run bring none, it names these: the
/// failed ones always, those that are off only where no other name is near.
[[nodiscard]] os::Error unknown_option(const Session& session, const std::string& option,
                                       const std::vector<std::string>& known,
                                       const std::string& hint);

} // namespace banger::cli
