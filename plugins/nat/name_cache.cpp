#include "name_cache.hpp"

#include <algorithm>
#include <iterator>

namespace nat {

bool NameCache::take(Known& known, const std::vector<std::string>& addresses) {
    bool changed = false;
    auto& all = known.addresses;
    const std::size_t count = std::min(addresses.size(), most_addresses);
    for (std::size_t i = 0; i < count; ++i) {
        changed = all.insert_or_assign(addresses[i], Address{keep_rounds, ++known.taken}).second ||
                  changed;
        if (all.size() > most_addresses) {
            all.erase(std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
                return a.second.taken < b.second.taken;
            }));
        }
    }
    return changed;
}

void NameCache::keep(const std::set<std::string>& names) {
    const std::lock_guard lock(mutex_);
    for (auto entry = known_.begin(); entry != known_.end();) {
        entry = names.count(entry->first) != 0 ? std::next(entry) : known_.erase(entry);
    }
    for (const std::string& name : names) {
        known_[name];
    }
}

std::set<std::string> NameCache::due(bool round) {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (auto& [name, known] : known_) {
        if (round) {
            known.learned = 0;
        }
        if (round || !known.looked_up) {
            names.insert(name);
        }
    }
    return names;
}

bool NameCache::looked_up(const std::string& name, const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found == known_.end()) {
        return false; // nobody is allowed to reach it any more
    }
    found->second.looked_up = true;
    bool changed = false;
    if (!addresses.empty()) {
        auto& all = found->second.addresses;
        for (auto entry = all.begin(); entry != all.end();) {
            const bool over = --entry->second.rounds_left <= 0;
            changed = changed || over;
            entry = over ? all.erase(entry) : std::next(entry);
        }
    }
    return take(found->second, addresses) || changed;
}

bool NameCache::learn(const std::string& name, const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found == known_.end() || found->second.learned >= most_learned ||
        !take(found->second, addresses)) {
        return false;
    }
    ++found->second.learned;
    return true;
}

bool NameCache::empty() const {
    const std::lock_guard lock(mutex_);
    return known_.empty();
}

std::set<std::string> NameCache::addresses(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    std::set<std::string> result;
    if (const auto found = known_.find(name); found != known_.end()) {
        for (const auto& [address, age] : found->second.addresses) {
            result.insert(address);
        }
    }
    return result;
}

std::set<std::string> NameCache::without_address() const {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const auto& [name, known] : known_) {
        if (known.looked_up && known.addresses.empty()) {
            names.insert(name);
        }
    }
    return names;
}

} // namespace nat
