#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/loop.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// One non-blocking stream socket on the loop. It never blocks and never throws in the loop; what
/// cannot be sent at once is kept, and its owner bounds that by looking at unsent(). It must not be
/// destroyed from within its own callbacks: Loop::post() that.
class Connection {
  public:
    struct Events {
        std::function<void(std::string_view)> bytes;
        std::function<void(bool hung_up)> end; ///< the peer sends no more, or is gone altogether
        std::function<void()> sent;            ///< unsent() became less
        /// May be empty. The peer is gone altogether while nothing is read, where `end` comes when
        /// it is, or after it had half-closed.
        std::function<void()> left = {};
    };

    static constexpr std::size_t most_drained = 1U << 20U;

    Connection(Loop& loop, os::UniqueFd fd, Events events);

    void send(std::string_view bytes);
    [[nodiscard]] std::size_t unsent() const noexcept { return out_.size(); }
    void read(bool wanted); ///< false: leave what comes in the socket (back-pressure)
    void shut_down();       ///< half-close once all is sent
    /// Reads now what is there to read, as much as a socket holds: a peer that goes on sending, if
    /// only until its end, does not keep us here.
    void drain();
    [[nodiscard]] bool broken() const noexcept { return broken_; } ///< sends go nowhere
    [[nodiscard]] bool
    takes() const noexcept; ///< false: the peer reads no more, as the kernel knows

  private:
    void ready(std::uint32_t events);
    [[nodiscard]] bool receive(); ///< false when nothing came
    void flush();
    void want();

    Loop& loop_;
    os::UniqueFd fd_;
    Events events_;
    std::string out_;
    bool reading_ = true;
    bool ended_ = false;
    bool shut_down_ = false;
    bool hung_up_ = false;
    bool left_told_ = false;
    bool broken_ = false;
    Loop::Registration registration_; ///< last: it goes before the descriptor
};

} // namespace banger::supervisor
