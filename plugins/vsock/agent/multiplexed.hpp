#pragma once

#include "loop.hpp"
#include "seats.hpp"
#include "session.hpp"

#include "channel/guest_mux.hpp"

#include <functional>
#include <map>
#include <memory>

namespace agent {

/// Serves the protocol to the streams of the multiplexer over one device or socket. A host that
/// goes and comes back finds it as before.
class Multiplexed {
  public:
    static constexpr std::uint32_t port = 1024;

    /// `lost` is called, later, when the descriptor is of no use any more.
    Multiplexed(Loop& loop, Fd fd, const Answerer& answerer, Seats& seats,
                std::function<void()> lost);
    ~Multiplexed();
    Multiplexed(const Multiplexed&) = delete;
    Multiplexed& operator=(const Multiplexed&) = delete;

    [[nodiscard]] bool unsent() const noexcept { return !mux_.pending().empty(); }

  private:
    struct Stream;
    using StreamId = banger::channel::StreamId;

    [[nodiscard]] banger::channel::StreamHandler open(StreamId id);
    void wake();
    void ready(std::uint32_t events);
    void receive();
    void pump();
    void pump(StreamId id);
    void flush();

    Loop& loop_;
    Fd fd_;
    const Answerer& answerer_;
    Seats& seats_;
    std::function<void()> lost_;
    banger::channel::GuestMux mux_;
    std::map<StreamId, std::unique_ptr<Stream>> streams_;
    bool host_there_ = true;
    bool broken_ = false;
    Loop::Registration watch_;
    Loop::Registration soon_;
};

} // namespace agent
