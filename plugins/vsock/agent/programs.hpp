#pragma once

#include "child.hpp"
#include "seats.hpp"

#include <list>
#include <memory>

namespace agent {

/// The programs that run for clients: how many there may be, and what becomes of those whose
/// client has gone.
class Programs {
  public:
    static constexpr std::size_t limit = 16;

    explicit Programs(Loop& loop) : loop_(loop), seats_(limit) {}

    [[nodiscard]] Seats& seats() noexcept { return seats_; }
    /// SIGHUP for its group, SIGKILL after five seconds for what is left of it.
    void hang_up(std::unique_ptr<Child> child, Seats::Seat seat);
    [[nodiscard]] std::size_t ending() const noexcept { return ending_.size(); }

  private:
    struct Ending {
        std::unique_ptr<Child> child;
        Seats::Seat seat;
        Loop::Registration deadline;
        Loop::Registration soon;
        bool killed = false;
    };
    using Place = std::list<Ending>::iterator;
    void ended(Place place);

    Loop& loop_;
    Seats seats_;
    std::list<Ending> ending_;
};

} // namespace agent
