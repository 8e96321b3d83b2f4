#include "pace.hpp"

#include <algorithm>

namespace web {

void Pace::put(Fact fact, Clock::time_point now) {
    Key& key = keys_[fact.key];
    key.due = std::max(key.due, now);
    key.waiting = std::move(fact);
}

std::vector<Fact> Pace::take(Clock::time_point now) {
    std::vector<Fact> facts;
    for (auto each = keys_.begin(); each != keys_.end();) {
        Key& key = each->second;
        const bool is_due = key.due <= now;
        if (is_due && key.waiting) {
            facts.push_back(std::move(*key.waiting));
            key.waiting.reset();
            key.due = now + apart;
        } else if (is_due) { // quiet for long enough
            each = keys_.erase(each);
            continue;
        }
        ++each;
    }
    return facts;
}

std::vector<Fact> Pace::take_all() {
    std::vector<Fact> facts;
    for (auto& [name, key] : keys_) {
        if (key.waiting) {
            facts.push_back(std::move(*key.waiting));
        }
    }
    keys_.clear();
    return facts;
}

std::optional<Pace::Clock::time_point> Pace::next() const {
    std::optional<Clock::time_point> first;
    for (const auto& [name, key] : keys_) {
        if (key.waiting && (!first || key.due < *first)) {
            first = key.due;
        }
    }
    return first;
}

} // namespace web
