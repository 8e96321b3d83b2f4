#pragma once

#include "api_client/api.hpp"
#include "os/error.hpp"

#include <functional>
#include <string>

namespace banger::cli {

class Session;

/// Throws why a plugin takes no part, with the next step, when it does not; `plugin` as the API
/// shows it. What it would bring is not there: the reason is worth more than "no such thing".
void require_active(const std::string& id, const api_client::Json& plugin);

/// Plugins that do not run, for an error that they may be the cause of: what they bring is not
/// known then.
struct SilentPlugins {
    std::string text; ///< "nat is failed, web is disabled"; empty: there are none
    std::string hint; ///< how to get what they bring
};

/// Those of them that are `meant`, in the eyes of a daemon that runs; none when none does.
[[nodiscard]] SilentPlugins
silent_plugins(const Session& session,
               const std::function<bool(const api_client::Json& plugin)>& meant);

} // namespace banger::cli
