#include "batches.hpp"

#include "idem.hpp"

#include <algorithm>

namespace web {

std::string Batches::keep(Batch batch) {
    std::string id = new_key();
    const std::lock_guard lock(mutex_);
    if (batches_.size() == most) {
        batches_.pop_front();
    }
    batches_.emplace_back(id, std::move(batch));
    return id;
}

std::optional<Batch> Batches::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(batches_.begin(), batches_.end(),
                                    [&](const auto& each) { return each.first == id; });
    return found == batches_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace web
