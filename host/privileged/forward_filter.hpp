#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {

/// A packet filter of somebody else that stops what it does not know: at the kernel's forward hook
/// what VMs send and get, at the input hook what they ask this machine (its DNS). An accept in a
/// table of ours does not overrule it.
struct ForwardFilter {
    enum class Kind {
        nft,       ///< a chain that drops the rest, by its policy or a rule; also iptables' over
                   ///< nf_tables
        bridge,    ///< such a chain of family bridge, where VMs are ports: told, never changed
        firewalld, ///< its table ends by a reject, and is made anew by it: it is told instead
        legacy,    ///< of ip_tables, which libnftables does not see
    };
    enum class Hook { forward, input };
    Kind kind = Kind::nft;
    Hook hook = Hook::forward;
    std::string family, table, chain;
    std::string place; ///< the chain of the same table that holds rules for others
    /// The keys ("iifname") of accepting rules for the bridge that was asked about which it would
    /// need to let all pass. Of firewalld: "zone".
    std::vector<std::string> lacks;

    [[nodiscard]] bool lets_pass() const noexcept { return lacks.empty(); }
    [[nodiscard]] std::string text() const; ///< "ip filter FORWARD"
};

/// The filters in a listing of the rule set (libnftables-json(5)) that VMs' packets meet: they are
/// IPv4. Pure.
[[nodiscard]] std::vector<ForwardFilter> forward_filters(const nlohmann::json& objects,
                                                         std::string_view bridge);
/// What `iptables-legacy -S` says: its filters where they stop packets. Pure.
[[nodiscard]] std::vector<ForwardFilter> legacy_forward_filters(std::string_view rules,
                                                                std::string_view bridge);

/// The commands of one transaction that put the accepting rules that it lacks first in a filter's
/// place, marked with that comment. Only of Kind::nft. Pure.
[[nodiscard]] nlohmann::json pass_commands(const ForwardFilter& filter, std::string_view bridge,
                                           std::string_view mark);

/// A rule of pass_commands() in somebody's table.
struct PassRule {
    std::string family, table, chain, mark;
    std::int64_t handle = 0;
};
/// Those in a listing whose comment is the name of a table of ours, whoever's. Pure.
[[nodiscard]] std::vector<PassRule> pass_rules(const nlohmann::json& objects);
[[nodiscard]] nlohmann::json removal(const PassRule& rule);

} // namespace banger::privileged
