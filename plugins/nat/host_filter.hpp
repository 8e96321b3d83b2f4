#pragma once

#include "config.hpp"
#include "name_cache.hpp"
#include "rule_set.hpp"

#include <banger/plugin.hpp>

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace nat {

/// The host's packet filter, by the privileged helper's nat verbs, for as long as one call lasts.
class HostFilter {
  public:
    HostFilter(banger::Host host, banger::Call& call, const Config& config, std::string tag);

    /// Makes our table exactly this; no table when no VM runs.
    void apply(const RuleSet::Rules& rules, const NameCache& names);
    void remove();
    void remove_table(const std::string& tag);
    /// What `nat-show` answers.
    [[nodiscard]] nlohmann::json show();

    /// The arguments of `nat-apply`. Pure.
    [[nodiscard]] static nlohmann::json arguments(const RuleSet::Rules& rules,
                                                  const NameCache& names, const Config& config,
                                                  const banger_network& network,
                                                  const std::string& tag);

  private:
    nlohmann::json run(std::string_view verb, const nlohmann::json& arguments);

    banger::Host host_;
    banger::Call& call_;
    const Config& config_;
    std::string tag_;
};

} // namespace nat
