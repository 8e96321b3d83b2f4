#include "privileged/forward_filter.hpp"

#include "privileged/nat_table.hpp"
#include "privileged/nft_expression.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

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

/// Its only condition is that interface.
bool is_for(const json& rule, std::string_view key, std::string_view interface) {
    bool found = false;
    for (const json& part : rule) {
        if (const auto match = part.find("match"); match != part.end()) {
            if (match->at("left") != nft::meta(key) || match->value("op", "==") != "==" ||
                !names(match->at("right"), interface)) {
                return false;
            }
            found = true;
        } else if (part.contains("xt")) { // of iptables: what it asks is not told
            return false;
        }
    }
    return found;
}

/// The chain to which it sends every packet; empty when it does not.
std::string always_leads_to(const json& rule) {
    std::string target;
    for (const json& part : rule) {
        const auto way = part.contains("jump") ? part.find("jump") : part.find("goto");
        if (way != part.end()) {
            target = way->at("target");
        } else if (!part.contains("counter")) {
            return {};
        }
    }
    return target;
}

/// What of these keys no rule for the bridge accepts, in that chain and in those to which it sends
/// every packet (Docker's DOCKER-USER, ufw's ufw-user-input).
std::vector<std::string> lacking(const Rules& rules, const ForwardFilter& filter,
                                 std::vector<std::string> keys, std::string_view bridge) {
    std::vector<std::string> chains{filter.chain};
    for (std::size_t i = 0; i < chains.size(); ++i) {
        for (const json* rule : rules.of(filter.family, filter.table, chains[i])) {
            if (has(*rule, "accept")) {
                std::erase_if(keys, [&](const auto& key) { return is_for(*rule, key, bridge); });
            }
            const std::string next = always_leads_to(*rule);
            if (!next.empty() && std::find(chains.begin(), chains.end(), next) == chains.end()) {
                chains.push_back(next);
            }
        }
    }
    return keys;
}

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
        if (!filter) {
            continue;
        }
        if (filter->table == "firewalld") {
            if (!is_firewalld(rules, *filter, bridge)) {
                continue;
            }
        } else if (chain->value("policy", "accept") == "drop") {
            const auto& own = rules.of(filter->family, filter->table, filter->chain);
            if (std::any_of(own.begin(), own.end(),
                            [](const json* rule) { return leads_to(*rule, docker_user); })) {
                filter->place = docker_user;
            }
            filter->lacks = lacking(rules, *filter, needed_keys(*filter), bridge);
        } else {
            continue;
        }
        filters.push_back(std::move(*filter));
    }
    return filters;
}

std::vector<ForwardFilter> legacy_forward_filters(std::string_view rules, std::string_view bridge) {
    using Hook = ForwardFilter::Hook;
    std::vector<std::string> lines;
    std::istringstream text{std::string(rules)};
    for (std::string line; std::getline(text, line);) {
        lines.push_back(std::move(line));
    }
    const auto says = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    const auto accepts = [&](const std::string& chain, const std::string& option) {
        const std::string begin = "-A " + chain + " " + option + " " + std::string(bridge) + " -";
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.starts_with(begin) && line.ends_with(" -j ACCEPT");
        });
    };
    std::vector<ForwardFilter> filters;
    for (const Hook hook : {Hook::forward, Hook::input}) {
        const std::string chain = hook == Hook::input ? "INPUT" : "FORWARD";
        if (!says("-P " + chain + " DROP")) {
            continue;
        }
        const bool docker = says("-A " + chain + " -j " + std::string(docker_user));
        ForwardFilter filter;
        filter.kind = ForwardFilter::Kind::legacy;
        filter.hook = hook;
        filter.family = "ip";
        filter.table = "filter";
        filter.chain = chain + " (legacy)";
        filter.place = docker ? std::string(docker_user) : chain;
        filter.lacks = needed_keys(filter);
        std::erase_if(filter.lacks, [&](const std::string& key) {
            const std::string option = key == "iifname" ? "-i" : "-o";
            return accepts(chain, option) || (docker && accepts(filter.place, option));
        });
        filters.push_back(std::move(filter));
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
