#pragma once

#include "upstreams.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dns {

class HostSide;

// What `banger doctor` says of the DNS: one check each, as JSON.

/// Asks the server for a name.
[[nodiscard]] nlohmann::json check_server(const std::string& domain, std::uint16_t port);
/// `integrate`: as the configuration says.
[[nodiscard]] nlohmann::json check_host(const std::string& domain, std::uint16_t port,
                                        const HostSide& side, bool integrate);
/// Is port 53 of the bridge led to the server while a VM runs?
[[nodiscard]] nlohmann::json check_redirect(banger::Call& call, const HostSide& side,
                                            bool any_runs);
[[nodiscard]] nlohmann::json check_upstreams(const std::vector<Endpoint>& resolvers);

} // namespace dns
