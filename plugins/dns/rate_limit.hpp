#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>

namespace dns {

/// So many questions a second for each client address, with a burst. Not for several threads.
class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;
    RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

    /// Takes one from the client's allowance; false when it has none left.
    [[nodiscard]] bool take(std::uint32_t client, Clock::time_point now);
    [[nodiscard]] std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        double tokens = 0;
        Clock::time_point filled;
    };
    void forget_full(Clock::time_point now);

    static constexpr std::size_t max_buckets = 4096;
    const double per_second_;
    const double burst_;
    std::unordered_map<std::uint32_t, Bucket> buckets_;
};

} // namespace dns
