#pragma once

#include "config/config.hpp"
#include "daemon/doctor.hpp"
#include "plugin/dispatch.hpp"

namespace banger::daemon {

/// What is to be told of plugins: which are off, bad or absent, and which ended daemons.
void add_plugin_states(DoctorFacts& facts, const config::Config& config, plugin::Catalog& plugins,
                       plugin::Dispatch& dispatch);

/// The same as far as it needs no daemon: which are in quarantine.
void add_quarantined(DoctorFacts& facts, const plugin::Catalog& plugins);

/// Why an end of the daemon that a plugin causes is not kept for the next one; empty when it is.
[[nodiscard]] std::string uncounted_exits(const plugin::Services& services);

} // namespace banger::daemon
