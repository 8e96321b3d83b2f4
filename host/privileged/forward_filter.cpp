#include "privileged/forward_filter.hpp"

#include "privileged/dns_table.hpp"
#include "privileged/guard_table.hpp"
#include "privileged/legacy_rules.hpp"
#include "privileged/nat_table.hpp"
#include "privileged/nft_expression.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

/// Where Docker leaves room for rules of others; it is asked first of all.
constexpr std::string_view docker_user = "DOCKER-USER";
/// The zone of firewalld from which everything is let through (firewalld.zones(5)).
constexpr std::string_view trusted = "filter_FWD_trusted";

/// The rules of one listing, by "family table chain".
class Rules {
  public:
    explicit Rules(const json& objects) {
        for (const json& object : objects) {
            if (const auto rule = object.find("rule"); rule != object.end()) {
                rules_[key(rule->at("family"), rule->at("table"), rule->at("chain"))].push_back(
                    &rule->at("expr"));
            }
        }
    }
    [[nodiscard]] const std::vector<const json*>&
    of(const std::string& family, const std::string& table, const std::string& chain) const {
        static const std::vector<const json*> none;
        const auto found = rules_.find(key(family, table, chain));
        return found != rules_.end() ? found->second : none;
    }
    /// Of every chain of that table.
    [[nodiscard]] std::vector<const json*> of(const std::string& family,
                                              const std::string& table) const {
        std::vector<const json*> all;
        for (const auto& [name, rules] : rules_) {
            if (name.starts_with(family + " " + table + " ")) {
                all.insert(all.end(), rules.begin(), rules.end());
            }
        }
        return all;
    }

  private:
    static std::string key(const std::string& family, const std::string& table,
                           const std::string& chain) {
        return family + " " + table + " " + chain;
    }
    std::map<std::string, std::vector<const json*>> rules_;
};

bool has(const json& rule, std::string_view statement) {
    return std::any_of(rule.begin(), rule.end(),
                       [&](const json& part) { return part.contains(statement); });
}

/// "jump" or "goto" to that chain.
bool leads_to(const json& rule, std::string_view chain) {
    return std::any_of(rule.begin(), rule.end(), [&](const json& part) {
        const auto way = part.contains("jump") ? part.find("jump") : part.find("goto");
        return way != part.end() && way->at("target") == chain;
    });
}

/// That interface, or a set that it is in.
bool names(const json& right, std::string_view interface) {
    if (const auto set = right.find("set"); right.is_object() && set != right.end()) {
        return std::find(set->begin(), set->end(), interface) != set->end();
    }
    return right == interface;
}

bool is_target(const json& part, std::string_view name) {
    const auto xt = part.find("xt");
    return xt != part.end() && xt->is_object() && xt->value("type", "") == "target" &&
           (name.empty() || xt->value("name", "") == name);
}

/// Says what becomes of a packet, not which; what an extension of iptables asks is not told.
bool is_statement(const json& part) {
    constexpr std::array statements{"accept", "comment", "counter", "drop",  "goto",
                                    "jump",   "log",     "reject",  "return"};
    return is_target(part, {}) || std::any_of(statements.begin(), statements.end(),
                                              [&](const char* key) { return part.contains(key); });
}

bool is_for_all(const json& rule) {
    return std::all_of(rule.begin(), rule.end(), is_statement);
}

/// Its only condition is that interface.
bool is_for(const json& rule, std::string_view key, std::string_view interface) {
    bool found = false;
    for (const json& part : rule) {
        if (is_statement(part)) {
            continue;
        }
        const auto match = part.find("match");
        if (match == part.end() || match->at("left") != nft::meta(key) ||
            match->value("op", "==") != "==" || !names(match->at("right"), interface)) {
            return false;
        }
        found = true;
    }
    return found;
}

bool refuses(const json& rule) {
    return std::any_of(rule.begin(), rule.end(), [](const json& part) {
        return part.contains("drop") || part.contains("reject") || is_target(part, "REJECT");
    });
}

/// The chain to which it jumps or goes; empty when it does not.
std::string target_of(const json& rule) {
    for (const json& part : rule) {
        const auto way = part.contains("jump") ? part.find("jump") : part.find("goto");
        if (way != part.end()) {
            return way->at("target");
        }
    }
    return {};
}

/// Follows the rules of a base chain in their order, also into chains to which every packet is sent
/// (Docker's DOCKER-USER, ufw's ufw-user-input).
class Walk {
  public:
    Walk(const Rules& rules, const ForwardFilter& filter, std::vector<std::string> keys,
         std::string_view bridge)
        : rules_(rules), filter_(filter), bridge_(bridge), open_(std::move(keys)) {
        refuses_rest_ = into(filter.chain) == End::refused;
    }
    /// A rule refuses all that no rule before it has accepted.
    [[nodiscard]] bool refuses_rest() const noexcept { return refuses_rest_; }
    /// The keys by which a rule refuses the bridge before another accepts it.
    [[nodiscard]] const std::vector<std::string>& refused() const noexcept { return refused_; }
    /// The keys that no rule is about.
    [[nodiscard]] const std::vector<std::string>& open() const noexcept { return open_; }

  private:
    enum class End { none, accepted, refused };

    End into(const std::string& chain) {
        if (std::find(walked_.begin(), walked_.end(), chain) != walked_.end()) {
            return End::none;
        }
        walked_.push_back(chain);
        for (const json* rule : rules_.of(filter_.family, filter_.table, chain)) {
            const bool all = is_for_all(*rule);
            if (all && has(*rule, "return")) {
                return End::none;
            }
            if (has(*rule, "accept")) {
                decide(*rule, all, nullptr);
                if (all) {
                    return End::accepted;
                }
            } else if (refuses(*rule)) {
                if (all) {
                    return End::refused;
                }
                decide(*rule, false, &refused_);
            } else if (const std::string next = all ? target_of(*rule) : ""; !next.empty()) {
                if (const End end = into(next); end != End::none) {
                    return end;
                }
            }
        }
        return End::none;
    }

    void decide(const json& rule, bool all, std::vector<std::string>* to) {
        std::erase_if(open_, [&](const std::string& key) {
            const bool decided = all || is_for(rule, key, bridge_);
            if (decided && to != nullptr) {
                to->push_back(key);
            }
            return decided;
        });
    }

    const Rules& rules_;
    const ForwardFilter& filter_;
    std::string_view bridge_;
    std::vector<std::string> walked_, open_, refused_;
    bool refuses_rest_ = false;
};

std::vector<std::string> needed_keys(const ForwardFilter& filter) {
    if (filter.kind == ForwardFilter::Kind::bridge) {
        return {"ibrname"}; // iifname is the VM's port
    }
    if (filter.hook == ForwardFilter::Hook::input) {
        return {"iifname"};
    }
    return {"iifname", "oifname"};
}

/// Nothing for a chain that VMs' packets do not meet.
std::optional<ForwardFilter> at_our_hooks(const json& chain) {
    const std::string hook = chain.value("hook", "");
    const std::string family = chain.at("family");
    const bool meets = (hook == "forward" || hook == "input") &&
                       (family == "ip" || family == "inet" || family == "bridge");
    if (!meets || chain.value("type", "") != "filter") {
        return std::nullopt;
    }
    ForwardFilter filter;
    filter.kind = family == "bridge" ? ForwardFilter::Kind::bridge : ForwardFilter::Kind::nft;
    filter.hook = hook == "input" ? ForwardFilter::Hook::input : ForwardFilter::Hook::forward;
    filter.family = family;
    filter.table = chain.at("table");
    filter.chain = chain.at("name");
    filter.place = filter.chain;
    return filter;
}

/// Sets its place and what it lacks. False for one that refuses nothing of what VMs send and get.
bool stops(const Rules& rules, ForwardFilter& filter, bool drops_rest, std::string_view bridge) {
    const Walk walk(rules, filter, needed_keys(filter), bridge);
    filter.lacks = walk.refused();
    if (drops_rest || walk.refuses_rest()) {
        filter.lacks.insert(filter.lacks.end(), walk.open().begin(), walk.open().end());
    } else if (walk.refused().empty()) {
        return false;
    }
    const auto& own = rules.of(filter.family, filter.table, filter.chain);
    if (walk.refused().empty() && std::any_of(own.begin(), own.end(), [](const json* rule) {
            return leads_to(*rule, docker_user);
        })) {
        filter.place = docker_user;
    }
    return true;
}

bool is_ours(std::string_view table) {
    return OwnTable::parse(nat_kind, table) || OwnTable::parse(dns_kind, table) ||
           OwnTable::parse(guard_kind, table);
}

/// A zone that is trusted is so at both hooks: it is told of once.
bool is_firewalld(const Rules& rules, ForwardFilter& filter, std::string_view bridge) {
    const auto& own = rules.of(filter.family, filter.table, filter.chain);
    if (filter.hook != ForwardFilter::Hook::forward || own.empty() ||
        !(has(*own.back(), "reject") || has(*own.back(), "drop"))) {
        return false;
    }
    filter.kind = ForwardFilter::Kind::firewalld;
    const auto all = rules.of(filter.family, filter.table);
    if (std::none_of(all.begin(), all.end(), [&](const json* rule) {
            return is_for(*rule, "iifname", bridge) && leads_to(*rule, trusted);
        })) {
        filter.lacks = {"zone"};
    }
    return true;
}

} // namespace

std::string ForwardFilter::text() const {
    return kind == Kind::firewalld ? "firewalld" : family + " " + table + " " + chain;
}

std::vector<ForwardFilter> forward_filters(const json& objects, std::string_view bridge) {
    const Rules rules(objects);
    std::vector<ForwardFilter> filters;
    for (const json& object : objects) {
        const auto chain = object.find("chain");
        auto filter = chain != object.end() ? at_our_hooks(*chain) : std::nullopt;
        if (!filter || is_ours(filter->table)) {
            continue;
        }
        if (filter->table == "firewalld") {
            if (!is_firewalld(rules, *filter, bridge)) {
                continue;
            }
        } else if (!stops(rules, *filter, chain->value("policy", "accept") == "drop", bridge)) {
            continue;
        }
        filters.push_back(std::move(*filter));
    }
    return filters;
}

std::vector<ForwardFilter> legacy_forward_filters(std::string_view rules, std::string_view bridge) {
    std::vector<ForwardFilter> filters = forward_filters(legacy_objects(rules), bridge);
    for (ForwardFilter& filter : filters) {
        filter.kind = ForwardFilter::Kind::legacy;
        filter.chain += " (legacy)";
    }
    return filters;
}

json pass_commands(const ForwardFilter& filter, std::string_view bridge, std::string_view mark) {
    json commands = json::array();
    for (const std::string& key : filter.lacks) {
        // A counter, because iptables shows no rule without one.
        const json expressions = {nft::match(nft::meta(key), bridge),
                                  {{"counter", {{"packets", 0}, {"bytes", 0}}}},
                                  nft::accept()};
        commands.push_back({{"insert",
                             {{"rule",
                               {{"family", filter.family},
                                {"table", filter.table},
                                {"chain", filter.place},
                                {"comment", mark},
                                {"expr", expressions}}}}}});
    }
    return commands;
}

std::vector<PassRule> pass_rules(const json& objects) {
    std::vector<PassRule> found;
    for (const json& object : objects) {
        const auto rule = object.find("rule");
        if (rule != object.end() && OwnTable::parse(nat_kind, rule->value("comment", ""))) {
            found.push_back({rule->at("family"), rule->at("table"), rule->at("chain"),
                             rule->at("comment"), rule->at("handle")});
        }
    }
    return found;
}

json removal(const PassRule& rule) {
    return {{"delete",
             {{"rule",
               {{"family", rule.family},
                {"table", rule.table},
                {"chain", rule.chain},
                {"handle", rule.handle}}}}}};
}

} // namespace banger::privileged
