#pragma once

#include "daemon.hpp"

#include "http/workers.hpp"

#include <chrono>
#include <compare>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
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
    struct Seen {
        std::shared_ptr<const Found> found; ///< null: nothing was read yet
        bool under_way = false;             ///< it is read just now
    };
    static constexpr std::chrono::seconds fresh{2};
    static constexpr std::chrono::milliseconds patience{400}; ///< of a page
    static constexpr std::size_t most = 16; ///< that are kept; the oldest is forgotten first

    explicit Journals(banger::Host host) : host_(host), daemon_(host) {}
    Journals(const Journals&) = delete;
    Journals& operator=(const Journals&) = delete;

    /// What was read last, and anew when that is old. Throws nothing.
    [[nodiscard]] Seen look(const Wish& wish, std::chrono::milliseconds wait = patience);

  private:
    static constexpr std::size_t most_waiting = 2; ///< pages at once; others wait not at all

    void read(banger::Call& call, const Wish& wish) noexcept;
    void begin(const Wish& wish);
    void forget_oldest();

    banger::Host host_;
    Daemon daemon_;
    std::mutex mutex_;
    std::condition_variable told_;
    std::map<Wish, Seen> entries_;     ///< under mutex_
    std::size_t waiting_ = 0;          ///< under mutex_
    std::unique_ptr<Workers> workers_; ///< under mutex_; last: they use the others
};

} // namespace web
