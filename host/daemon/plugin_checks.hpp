#pragma once

#include "plugin/actions.hpp"

#include <nlohmann/json_fwd.hpp>

namespace banger::daemon {

/// What the plugins' own checks found, in the form of daemon::Check, each with its plugin as
/// "source". A check that failed itself is an error. [pool thread]
[[nodiscard]] nlohmann::json plugin_checks(const plugin::Actions& actions);

} // namespace banger::daemon
