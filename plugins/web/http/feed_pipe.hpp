#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

namespace web {

/// What a feed tells, until its connection has written it. A reader that leaves more than `most`
/// bytes of it unread is cut off. Shared by both: each may outlive the other.
class FeedPipe {
  public:
    /// wake: any thread; there is something to take, or it is closed. It does not block.
    FeedPipe(std::size_t most, std::function<void()> wake) : most_(most), wake_(std::move(wake)) {}

    bool write(std::string text); ///< any thread; as Feed::Write
    /// All that was told since; it counts as unread until the next take(). Network thread.
    [[nodiscard]] std::string take();
    [[nodiscard]] bool is_open() const;
    void close(); ///< write() says no from here on, and wake is not called any more

  private:
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::function<void()> wake_; ///< under mutex_; none: closed
    std::string waiting_;        ///< under mutex_
    std::size_t taken_ = 0;      ///< under mutex_: bytes of the last take()
};

} // namespace web
