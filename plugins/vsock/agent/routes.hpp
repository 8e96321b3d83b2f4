#pragma once

#include "session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace agent {

class Agent;

/// Who answers a request; throws Refusal where nobody does.
[[nodiscard]] std::unique_ptr<Exchange> open_exchange(Agent& agent, Session& session,
                                                      const Head& head);
/// Of health's `features`.
[[nodiscard]] std::vector<std::string> feature_names();

// One function per request, each in the source file of its noun.
using Opener = std::unique_ptr<Exchange>(Agent& agent, Session& session, const Head& head);
Opener open_health, open_events;
Opener open_stats, open_ports, open_boot;
Opener open_get_time, open_put_time, open_power;
Opener open_config, open_trim, open_sync;
Opener open_download, open_upload;
Opener open_exec, open_journal;

} // namespace agent
