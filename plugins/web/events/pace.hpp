#pragma once

#include "fact.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace web {

/// Holds facts of one key apart: four a second of each, of those that come closer the newest. Not
/// to be used by several threads at once.
class Pace {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds apart{250};

    /// It takes the place of one of its key that waits still.
    void put(Fact fact, Clock::time_point now);
    /// Those whose time has come; none of their keys comes again before `apart` is over.
    [[nodiscard]] std::vector<Fact> take(Clock::time_point now);
    [[nodiscard]] std::vector<Fact> take_all(); ///< whatever the time
    /// When the next one may go; nothing: none waits.
    [[nodiscard]] std::optional<Clock::time_point> next() const;
    /// Is over: what waits of it is not to be told any more, nor what take() has just given.
    void end(const std::string& key) { keys_.erase(key); }
    [[nodiscard]] bool has_ended(const std::string& key) const { return keys_.count(key) == 0; }

  private:
    struct Key {
        std::optional<Fact> waiting;
        Clock::time_point due;
    };
    std::map<std::string, Key> keys_;
};

} // namespace web
