#include "name_cache.hpp"

namespace nat {

bool NameCache::take(const std::string& name, const std::vector<std::string>& addresses) {
    bool changed = false;
    for (const std::string& address : addresses) {
        changed = known_[name].insert_or_assign(address, keep_rounds).second || changed;
    }
    return changed;
}

void NameCache::expect(const std::set<std::string>& names) {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
        known_[name];
    }
}

bool NameCache::refresh(const std::set<std::string>& names, bool only_new) {
    std::set<std::string> asked;
    bool changed = false;
    {
        const std::lock_guard lock(mutex_);
        for (auto entry = known_.begin(); entry != known_.end();) {
            entry = names.count(entry->first) != 0 ? std::next(entry) : known_.erase(entry);
        }
        for (const std::string& name : names) {
            if (known_[name].empty() || !only_new) {
                asked.insert(name);
            }
        }
    }
    for (const std::string& name : asked) {
        const std::vector<std::string> addresses =
            look_up_(name); // without the lock: it may take long
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(name);
        if (found == known_.end()) {
            continue;
        }
        if (!addresses.empty()) { // a resolver that is away takes nothing from anybody
            for (auto entry = found->second.begin(); entry != found->second.end();) {
                const bool over = --entry->second <= 0;
                changed = changed || over;
                entry = over ? found->second.erase(entry) : std::next(entry);
            }
        }
        changed = take(name, addresses) || changed;
    }
    return changed;
}

bool NameCache::learn(const std::string& name, const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex_);
    return known_.count(name) != 0 && take(name, addresses);
}

std::set<std::string> NameCache::addresses(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    std::set<std::string> result;
    if (const auto found = known_.find(name); found != known_.end()) {
        for (const auto& [address, rounds] : found->second) {
            result.insert(address);
        }
    }
    return result;
}

} // namespace nat
