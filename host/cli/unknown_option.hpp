#pragma once

#include "os/error.hpp"

#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// The error of an option that the command does not have, with what may have been meant. Where it
/// is one of a plugin that does not run, it says that; of plugins whose options nobody knows, as
/// they never ran, it names the failed ones always, those that are off only where no other name is
/// near.
[[nodiscard]] os::Error unknown_option(const Session& session, const std::string& option,
                                       const std::vector<std::string>& known,
                                       const std::string& hint);

} // namespace banger::cli
