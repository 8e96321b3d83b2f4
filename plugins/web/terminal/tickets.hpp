#pragma once

#include "shell_wish.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// Tickets for WebSockets. A browser asks for a WebSocket on behalf of any page, so that its
/// request says less about who asks than a form does; a ticket is given to who has sent a form of
/// ours, and lets that user in once, within 30 seconds, to what was asked for. Any thread.
class Tickets {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds life{30};
    static constexpr std::size_t most = 64; ///< that wait; the oldest is forgotten first

    /// host: the console's own name that the form was sent to.
    [[nodiscard]] std::string issue(ShellWish wish, std::string host, Clock::time_point now);
    /// What it is for; nothing where it is none, is old, was used, or is another user's or host's.
    /// Whatever the answer, it is used up.
    [[nodiscard]] std::optional<ShellWish> take(std::string_view ticket, std::uint32_t uid,
                                                std::string_view host, Clock::time_point now);

  private:
    struct Entry {
        ShellWish wish;
        std::string host;
        Clock::time_point issued;
    };
    void forget_old(Clock::time_point now); ///< under mutex_

    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_; ///< under mutex_
};

} // namespace web
