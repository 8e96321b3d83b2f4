#include "ring.hpp"

#include <algorithm>

namespace web {

void Ring::add(std::int64_t from, std::int64_t to, double value) {
    if (from < 0 || to <= from || !std::isfinite(value)) {
        return;
    }
    const std::int64_t last = (to - 1) / step_;
    if (last < newest_) {
        go_back(last);
    }
    const std::int64_t first =
        std::max({from / step_, last + 1 - static_cast<std::int64_t>(most_), newest_});
    for (std::int64_t number = first; number <= last; ++number) {
        advance(number);
        const std::int64_t seconds =
            std::min(to, (number + 1) * step_) - std::max(from, number * step_);
        const auto now = static_cast<float>(value);
        Slot& slot = place(number);
        if (slot.empty()) {
            slot = {now, now, now};
            weight_ = seconds;
            continue;
        }
        weight_ += seconds;
        slot.mean += (now - slot.mean) * static_cast<float>(seconds) / static_cast<float>(weight_);
        slot.low = std::min(slot.low, now);
        slot.high = std::max(slot.high, now);
    }
}

Ring::Slot Ring::at(std::int64_t number) const {
    const bool is_kept = !slots_.empty() && number >= 0 && number <= newest_ &&
                         number > newest_ - static_cast<std::int64_t>(most_);
    return is_kept ? slots_[static_cast<std::size_t>(number) % most_] : Slot();
}

Ring::Slot& Ring::place(std::int64_t number) {
    return slots_[static_cast<std::size_t>(number) % most_];
}

void Ring::go_back(std::int64_t number) {
    const auto most = static_cast<std::int64_t>(most_);
    for (std::int64_t each = std::max(number + 1, newest_ - most + 1); each <= newest_; ++each) {
        place(each) = Slot();
    }
    newest_ = number;
    weight_ = step_;
}

/// What is between the newest one and that is empty from now on.
void Ring::advance(std::int64_t number) {
    if (slots_.empty()) {
        slots_.resize(most_);
    }
    const auto most = static_cast<std::int64_t>(most_);
    for (std::int64_t each = std::max(newest_ + 1, number - most + 1); each <= number; ++each) {
        place(each) = Slot();
    }
    if (number > newest_) {
        newest_ = number;
        weight_ = 0;
    }
}

} // namespace web
