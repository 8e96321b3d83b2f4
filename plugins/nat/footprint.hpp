#pragma once

#include "rule_set.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace nat {

/// What the plugin holds on the host, as banger/footprint.h has it. `shown` is what `nat-show`
/// answers, `ours` the name of our table; of one address, or everything when `only` is empty. Pure.
[[nodiscard]] std::vector<nlohmann::json> table_objects(const nlohmann::json& shown,
                                                        const RuleSet::Rules& rules,
                                                        const std::string& ours,
                                                        const std::string& only);

/// What banger doctor --fix told filters of others; `shown` is of OtherFirewalls::show(), and
/// `needed` says whether a VM runs that uses ours. Pure.
[[nodiscard]] std::vector<nlohmann::json> pass_rule_objects(const nlohmann::json& shown,
                                                            const std::string& tag, bool needed);

} // namespace nat
