#include "idem.hpp"

#include "gate/random.hpp"

namespace web {

std::string new_key() {
    std::string key;
    for (const char c : random_bytes(12)) {
        const auto byte = static_cast<unsigned char>(c);
        key += "0123456789abcdef"[byte >> 4U];
        key += "0123456789abcdef"[byte & 15U];
    }
    return key;
}

void Idem::forget_old(Clock::time_point now) {
    auto oldest = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (entry->second.outcome && now - entry->second.since >= life) {
            entry = entries_.erase(entry);
            continue;
        }
        if (entry->second.outcome &&
            (oldest == entries_.end() || entry->second.since < oldest->second.since)) {
            oldest = entry;
        }
        ++entry;
    }
    if (entries_.size() >= most && oldest != entries_.end()) {
        entries_.erase(oldest);
    }
}

Outcome Idem::once(const std::string& key, Clock::time_point now,
                   const std::function<Outcome()>& act) {
    if (key.empty()) {
        return act();
    }
    std::unique_lock lock(mutex_);
    forget_old(now);
    for (auto found = entries_.find(key); found != entries_.end(); found = entries_.find(key)) {
        if (found->second.outcome) {
            return *found->second.outcome;
        }
        done_.wait(lock); // its call ends in time, by itself or by the daemon
    }
    entries_[key] = {now, std::nullopt};
    lock.unlock();
    try {
        Outcome outcome = act();
        lock.lock();
        entries_[key].outcome = outcome;
        done_.notify_all();
        return outcome;
    } catch (...) {
        if (!lock.owns_lock()) {
            lock.lock();
        }
        entries_.erase(key);
        done_.notify_all();
        throw;
    }
}

} // namespace web
