#include "feed_pipe.hpp"

#include <utility>

namespace web {

bool FeedPipe::write(std::string text) {
    const std::lock_guard lock(mutex_);
    if (!wake_) {
        return false;
    }
    const bool too_slow = taken_ + waiting_.size() + text.size() > most_;
    if (!too_slow) {
        waiting_ += text;
    }
    wake_();
    if (too_slow) {
        wake_ = nullptr;
        waiting_.clear();
    }
    return !too_slow;
}

std::string FeedPipe::take() {
    const std::lock_guard lock(mutex_);
    taken_ = waiting_.size();
    return std::exchange(waiting_, {});
}

bool FeedPipe::is_open() const {
    const std::lock_guard lock(mutex_);
    return static_cast<bool>(wake_);
}

void FeedPipe::close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
    waiting_.clear();
}

} // namespace web
