#pragma once

#include "plugin/actions.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace banger::daemon {

/// What the plugins' own checks found, in the form of daemon::Check, each with its plugin as
/// "source". A check that failed itself is an error, but for one that only lacked privileged
/// steps: `allow` is the command that the host's own check gives for them, or empty. [pool thread]
[[nodiscard]] nlohmann::json plugin_checks(const plugin::Actions& actions,
                                           const std::string& allow);

} // namespace banger::daemon
