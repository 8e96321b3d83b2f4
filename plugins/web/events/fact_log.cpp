#include "fact_log.hpp"

#include <algorithm>

namespace web {

const FactLog::Entry& FactLog::add(std::uint64_t revision, const Fact& fact) {
    const auto before = latest_.find(fact.key);
    if (before != latest_.end()) {
        entries_.erase(before->second);
    }
    if (entries_.size() == most) {
        const auto oldest = entries_.begin();
        begin_ = std::max(begin_, oldest->first);
        latest_.erase(oldest->second.key);
        entries_.erase(oldest);
    }
    latest_[fact.key] = revision;
    Entry entry{revision, fact.topic, fact.key,
                fact.body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
    return entries_.insert_or_assign(revision, std::move(entry)).first->second;
}

void FactLog::forget(std::uint64_t revision) {
    begin_ = std::max(begin_, revision);
    entries_.clear();
    latest_.clear();
}

std::optional<std::vector<const FactLog::Entry*>> FactLog::since(std::uint64_t revision,
                                                                 const Topics& topics) const {
    if (revision < begin_) {
        return std::nullopt;
    }
    std::vector<const Entry*> found;
    for (auto each = entries_.upper_bound(revision); each != entries_.end(); ++each) {
        if (topics.empty() || topics.count(each->second.topic) != 0) {
            found.push_back(&each->second);
        }
    }
    return found;
}

} // namespace web
