#include "rule_set.hpp"

#include <banger/plugin.hpp>

namespace nat {

using banger::Error;

void RuleSet::refuse_clash(const std::string& vm, const std::vector<Port>& ports) const {
    const std::lock_guard lock(mutex_);
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
    const std::lock_guard lock(mutex_);
    refuse(vm, rules.ports);
    const auto found = rules_.find(vm);
    if (found == rules_.end() || !(found->second == rules)) {
        rules_[vm] = std::move(rules);
        ++wanted_;
    }
}

void RuleSet::erase(const std::string& vm) {
    const std::lock_guard lock(mutex_);
    if (rules_.erase(vm) != 0) {
        ++wanted_;
    }
}

std::optional<VmRules> RuleSet::find(const std::string& vm) const {
    const std::lock_guard lock(mutex_);
    const auto found = rules_.find(vm);
    return found != rules_.end() ? std::optional(found->second) : std::nullopt;
}

RuleSet::Rules RuleSet::all() const {
    const std::lock_guard lock(mutex_);
    return rules_;
}

std::set<std::string> RuleSet::names() const {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const auto& [id, rules] : rules_) {
        if (rules.nat) {
            names.insert(rules.egress.names.begin(), rules.egress.names.end());
        }
    }
    return names;
}

void RuleSet::touch() {
    const std::lock_guard lock(mutex_);
    ++wanted_;
}

void RuleSet::settle(const Apply& apply) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = wanted_;
    while (applied_ < mine) {
        if (applying_) {
            turned_.wait(lock);
            continue;
        }
        applying_ = true;
        const std::uint64_t number = wanted_;
        const Rules snapshot = rules_;
        lock.unlock();
        const auto over = [&](bool done) {
            lock.lock();
            applying_ = false;
            applied_ = done ? number : 0; // after a failure nobody knows what the host has
            turned_.notify_all();
        };
        try {
            apply(snapshot);
        } catch (...) {
            over(false);
            throw;
        }
        over(true);
    }
}

} // namespace nat
