#include "rate_limit.hpp"

#include <algorithm>

namespace dns {

bool RateLimit::take(std::uint32_t client, Clock::time_point now) {
    if (buckets_.size() >= max_buckets && buckets_.count(client) == 0) {
        forget_full(now);
    }
    const auto [found, is_new] = buckets_.try_emplace(client, Bucket{burst_, now});
    Bucket& bucket = found->second;
    if (!is_new) {
        const double passed = std::chrono::duration<double>(now - bucket.filled).count();
        bucket.tokens = std::min(burst_, bucket.tokens + passed * per_second_);
        bucket.filled = now;
    }
    if (bucket.tokens < 1) {
        return false;
    }
    bucket.tokens -= 1;
    return true;
}

/// A bucket that is full again says no more than one that does not exist.
void RateLimit::forget_full(Clock::time_point now) {
    for (auto bucket = buckets_.begin(); bucket != buckets_.end();) {
        const double passed = std::chrono::duration<double>(now - bucket->second.filled).count();
        const bool full = bucket->second.tokens + passed * per_second_ >= burst_;
        bucket = full ? buckets_.erase(bucket) : std::next(bucket);
    }
}

} // namespace dns
