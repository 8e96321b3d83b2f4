#include "rule_set.hpp"

#include <banger/plugin.hpp>

namespace nat {

using banger::Error;

void RuleSet::refuse_clash(const std::string& vm, const std::vector<Port>& ports) const {
    const std::lock_guard lock(settler_.mutex());
    refuse(vm, ports);
}

void RuleSet::refuse(const std::string& vm, const std::vector<Port>& ports) const {
    for (const auto& [id, other] : rules_) {
        if (id == vm) {
            continue;
        }
        for (const Port& theirs : other.ports) {
            for (const Port& ours : ports) {
                if (ours.clashes(theirs)) {
                    throw Error(BANGER_E_CONFLICT,
                                "port " + std::to_string(ours.port) + "/" + ours.protocol +
                                    " of this machine is published by VM " + other.name + " (" +
                                    theirs.text() + ")",
                                "choose another one, such as " + ours.instead() + "; " +
                                    other.name + " has this one until it stops");
                }
            }
        }
    }
}

void RuleSet::put(const std::string& vm, VmRules rules) {
    const std::lock_guard lock(settler_.mutex());
    refuse(vm, rules.ports);
    const auto found = rules_.find(vm);
    if (found == rules_.end() || !(found->second == rules)) {
        rules_[vm] = std::move(rules);
        settler_.changed();
    }
}

void RuleSet::erase(const std::string& vm) {
    const std::lock_guard lock(settler_.mutex());
    if (rules_.erase(vm) != 0) {
        settler_.changed();
    }
}

std::optional<VmRules> RuleSet::find(const std::string& vm) const {
    const std::lock_guard lock(settler_.mutex());
    const auto found = rules_.find(vm);
    return found != rules_.end() ? std::optional(found->second) : std::nullopt;
}

RuleSet::Rules RuleSet::all() const {
    const std::lock_guard lock(settler_.mutex());
    return rules_;
}

std::set<std::string> RuleSet::names() const {
    const std::lock_guard lock(settler_.mutex());
    std::set<std::string> names;
    for (const auto& [id, rules] : rules_) {
        if (rules.nat) {
            names.insert(rules.egress.names.begin(), rules.egress.names.end());
        }
    }
    return names;
}

void RuleSet::touch() {
    const std::lock_guard lock(settler_.mutex());
    settler_.changed();
}

void RuleSet::settle(const Apply& apply) {
    settler_.settle([this] { return rules_; }, apply);
}

} // namespace nat
