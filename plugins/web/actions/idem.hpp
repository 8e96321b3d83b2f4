#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace web {

/// A key that nobody guesses and nothing else has.
[[nodiscard]] std::string new_key();

/// Where a change has led: its operation, where it is one, and the page to go to.
struct Outcome {
    std::string op, href;
};

/// Remembers for ten minutes what was done for a key, so that a form which is sent twice (a double
/// click, a reload) is done once. Any thread.
class Idem {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::minutes life{10};
    static constexpr std::size_t most = 1000; ///< the oldest is forgotten first

    /// What `act` gave under this key, now or before; who comes while it is done waits for it. What
    /// it throws goes on, and is not remembered. An empty key: `act` is called each time.
    Outcome once(const std::string& key, Clock::time_point now,
                 const std::function<Outcome()>& act);

  private:
    struct Entry {
        Clock::time_point since;
        std::optional<Outcome> outcome; ///< none: it is being done
    };
    void forget_old(Clock::time_point now);

    std::mutex mutex_;
    std::condition_variable done_;
    std::map<std::string, Entry> entries_; ///< under mutex_
};

} // namespace web
