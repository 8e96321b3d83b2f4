#pragma once

#include "privileged/client.hpp"
#include "vm/jails.hpp"

#include <functional>
#include <string>

namespace banger::config {
struct Config;
}

namespace banger::daemon {

/// Jails by the privileged helper, as config.yaml wants them. What an earlier configuration had
/// jailed is cleaned up in any case. `privileged` must outlive it.
[[nodiscard]] vm::Jails jails(const config::Config& config, const privileged::Client& privileged);

/// Takes back what dead jails of this user hold, also those of no VM that is known; asks the helper
/// only when there are any. That it failed is only told.
void clean_dead_jails(const privileged::Client& privileged,
                      const std::function<void(const std::string& text)>& warn);

} // namespace banger::daemon
