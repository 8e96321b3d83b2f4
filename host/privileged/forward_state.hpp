#pragma once

#include "privileged/forward_filter.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::net {
class Nftables;
}

namespace banger::privileged {

/// Who stops packets of VMs on this machine, and what was put there for banger.
struct ForwardState {
    std::vector<ForwardFilter> filters;
    std::vector<PassRule> rules;
    std::string unread; ///< why tables of iptables-legacy are not known, where there are any
};

/// As it is now, for that bridge. Asks iptables-legacy only where the kernel has tables of it.
[[nodiscard]] ForwardState forward_state(net::Nftables& nftables, const std::string& bridge);

/// The command line that makes firewalld trust the bridge, or not any more. Until it reloads.
[[nodiscard]] std::vector<std::string> firewalld_command(const std::string& bridge, bool trust);

/// [{kind,hook,text,place,lets_pass,lacks}]
[[nodiscard]] nlohmann::json to_json(const std::vector<ForwardFilter>& filters);

} // namespace banger::privileged
