#pragma once

#include "plugin/line_rate.hpp"
#include "plugin/services.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <banger/ext/api.h>
#include <banger/ext/events.h>
#include <banger/ext/timer.h>

namespace banger::plugin {

class Plugin;

/// What a plugin has the host call later: timers, event subscriptions, followed API streams. One
/// callback of each runs at a time, through the guard. Any thread.
class Background {
  public:
    explicit Background(Plugin& plugin);
    ~Background(); ///< close() comes first
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // Each gives an id, 0 when the plugin ends or has too many.
    std::uint64_t start_timer(std::chrono::milliseconds delay, std::chrono::milliseconds period,
                              banger_timer_fn fn, void* context);
    std::uint64_t subscribe(const std::string& prefix, banger_event_fn fn, void* context);
    std::uint64_t follow(const std::string& target, banger_line_fn fn, void* context);
    /// False when the plugin publishes more in a second than it may.
    bool may_publish();
    /// When it returns, the callback neither runs nor will, unless this is called inside it.
    void cancel(std::uint64_t id);
    /// Cancels all, for good; a callback that does not return is given up after a while.
    void close();

    static constexpr std::size_t max_timers = 256;
    static constexpr std::size_t max_streams = 64;
    static constexpr std::size_t max_waiting = 1024;
    static constexpr std::size_t max_waiting_bytes = 4U << 20U; ///< of one stream

  private:
    struct Callback;
    struct Timer;
    struct Stream;
    std::uint64_t add(std::shared_ptr<Callback> callback);
    std::shared_ptr<Callback> take(std::uint64_t id);
    void forget(std::uint64_t id); ///< one that is over

    Plugin& plugin_;
    std::mutex lock_;
    std::map<std::uint64_t, std::shared_ptr<Callback>> all_;
    LineRate published_;
    std::size_t timers_ = 0;
    std::uint64_t next_ = 1;
    bool closed_ = false;
};

} // namespace banger::plugin
