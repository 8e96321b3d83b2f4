#pragma once

#include <chrono>
#include <cstddef>

namespace vsock {

/// How much a guest may send unasked: more than any honest one does, and too little to keep the
/// others waiting.
class FlowLimit {
  public:
    using Clock = std::chrono::steady_clock;
    FlowLimit(std::size_t bytes, std::size_t lines, std::chrono::seconds window)
        : most_bytes_(bytes), most_lines_(lines), window_(window) {}
    /// False when it was too much within one window.
    [[nodiscard]] bool take(std::size_t bytes, std::size_t lines, Clock::time_point now) {
        if (now - began_ > window_) {
            began_ = now;
            bytes_ = lines_ = 0;
        }
        bytes_ += bytes;
        lines_ += lines;
        return bytes_ <= most_bytes_ && lines_ <= most_lines_;
    }

  private:
    std::size_t most_bytes_, most_lines_;
    std::chrono::seconds window_;
    Clock::time_point began_{};
    std::size_t bytes_ = 0, lines_ = 0;
};

} // namespace vsock
