#include "privileged/forward_filter.hpp"

#include "privileged/nat_table.hpp"
#include "privileged/nft_expression.hpp"

#include <algorithm>
#include <map>
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

/// Its only condition is that interface.
bool is_for(const json& rule, const char* key, std::string_view interface) {
    bool found = false;
    for (const json& part : rule) {
        if (const auto match = part.find("match"); match != part.end()) {
            if (match->at("left") != nft::meta(key) || match->at("right") != interface ||
                match->value("op", "==") != "==") {
                return false;
            }
            found = true;
        } else if (part.contains("xt")) { // of iptables: what it asks is not told
            return false;
        }
    }
    return found;
}

bool accepts(const std::vector<const json*>& rules, const char* key, std::string_view bridge) {
    return std::any_of(rules.begin(), rules.end(), [&](const json* rule) {
        return has(*rule, "accept") && is_for(*rule, key, bridge);
    });
}

bool accepts_both_ways(const std::vector<const json*>& rules, std::string_view bridge) {
    return accepts(rules, "iifname", bridge) && accepts(rules, "oifname", bridge);
}

bool is_at_forward(const json& chain) {
    return chain.value("hook", "") == "forward" && chain.value("type", "") == "filter";
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
        if (chain == object.end() || !is_at_forward(*chain)) {
            continue;
        }
        ForwardFilter filter;
        filter.family = chain->at("family");
        filter.table = chain->at("table");
        filter.chain = chain->at("name");
        const auto& own = rules.of(filter.family, filter.table, filter.chain);
        if (filter.table == "firewalld") {
            if (own.empty() || !(has(*own.back(), "reject") || has(*own.back(), "drop"))) {
                continue;
            }
            filter.kind = ForwardFilter::Kind::firewalld;
            const auto all = rules.of(filter.family, filter.table);
            filter.lets_pass = std::any_of(all.begin(), all.end(), [&](const json* rule) {
                return is_for(*rule, "iifname", bridge) && leads_to(*rule, trusted);
            });
        } else if (chain->value("policy", "accept") == "drop") {
            const bool docker = std::any_of(own.begin(), own.end(), [](const json* rule) {
                return leads_to(*rule, docker_user);
            });
            filter.place = docker ? std::string(docker_user) : filter.chain;
            filter.lets_pass =
                accepts_both_ways(own, bridge) ||
                accepts_both_ways(rules.of(filter.family, filter.table, filter.place), bridge);
        } else {
            continue;
        }
        filters.push_back(std::move(filter));
    }
    return filters;
}

std::vector<ForwardFilter> legacy_forward_filters(std::string_view rules, std::string_view bridge) {
    bool stops = false;
    bool in = false;
    bool out = false;
    std::string place = "FORWARD";
    std::istringstream lines{std::string(rules)};
    for (std::string line; std::getline(lines, line);) {
        stops = stops || line == "-P FORWARD DROP";
        if (line == "-A FORWARD -j " + std::string(docker_user)) {
            place = docker_user;
        }
        for (const std::string_view chain : {std::string_view("FORWARD"), docker_user}) {
            const std::string begin = "-A " + std::string(chain);
            const bool accept = line.starts_with(begin + " ") && line.ends_with(" -j ACCEPT");
            in = in || (accept && line.starts_with(begin + " -i " + std::string(bridge) + " -"));
            out = out || (accept && line.starts_with(begin + " -o " + std::string(bridge) + " -"));
        }
    }
    if (!stops) {
        return {};
    }
    return {{ForwardFilter::Kind::legacy, "ip", "filter", "FORWARD (legacy)", place, in && out}};
}

json pass_commands(const ForwardFilter& filter, std::string_view bridge, std::string_view mark) {
    json commands = json::array();
    for (const char* key : {"iifname", "oifname"}) {
        // A counter, because iptables shows no rule without one.
        commands.push_back({{"insert",
                             {{"rule",
                               {{"family", filter.family},
                                {"table", filter.table},
                                {"chain", filter.place},
                                {"comment", mark},
                                {"expr",
                                 {nft::match(nft::meta(key), bridge),
                                  {{"counter", {{"packets", 0}, {"bytes", 0}}}},
                                  nft::accept()}}}}}}});
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
