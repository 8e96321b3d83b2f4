#include "faults.hpp"

namespace web {

void Faults::add(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    last_[count_++ % most] = now;
    const Clock::time_point first = last_[count_ % most]; // the oldest of the last `most`
    if (count_ >= most && now - first < std::chrono::minutes(1)) {
        too_many_ = true;
    }
}

} // namespace web
