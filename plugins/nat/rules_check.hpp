#pragma once

#include "rule_set.hpp"

#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace nat {

/// What the host lacks of these rules, in words: somebody else changed the packet filter, or
/// forwarding. Empty when it has all. `shown` is what nat-show answers, `table` the name of ours.
[[nodiscard]] std::string lacking(const nlohmann::json& shown, const RuleSet::Rules& rules,
                                  const std::string& table);

/// What `banger doctor` says, as JSON; `lacks` is what lacking() said.
[[nodiscard]] nlohmann::json check_rules(const std::string& lacks);

/// Names that VMs may reach, but that have no address: `without_address` of all of them.
[[nodiscard]] nlohmann::json check_names(const std::set<std::string>& without_address,
                                         const RuleSet::Rules& rules);

} // namespace nat
