#pragma once

#include "daemon.hpp"
#include "lookups.hpp"

#include <chrono>
#include <compare>
#include <string>

namespace web {

/// The ends of guests' journals. A guest may take its time, or never answer: each is read in the
/// background when a page wants it, and no page waits for long. Any thread.
class Journals {
  public:
    using Clock = std::chrono::system_clock;
    struct Wish {
        std::string vm_id, vm_name;
        std::string unit; ///< empty: all
        std::size_t lines = 500;
        auto operator<=>(const Wish&) const = default;
    };
    struct Found {
        Clock::time_point at;
        std::string text;          ///< any characters
        bool cut = false;          ///< there is more of it
        std::string problem, hint; ///< instead of it: why it could not be read
    };
    using Seen = Lookups<Wish, Found>::Seen;
    static constexpr std::chrono::seconds fresh{2};
    static constexpr std::chrono::milliseconds patience{400}; ///< of a page
    static constexpr std::size_t most = 16;                   ///< that are kept, or read at a time

    /// Two threads: a guest that hangs holds one for the time that it has.
    explicit Journals(banger::Host host)
        : daemon_(host), lookups_(host, {2, std::chrono::seconds(8), most}) {}

    /// What was read last, and anew when that is old.
    [[nodiscard]] Seen look(const Wish& wish, std::chrono::milliseconds wait = patience);

  private:
    Daemon daemon_;
    Lookups<Wish, Found> lookups_; ///< last: they use the daemon
};

} // namespace web
