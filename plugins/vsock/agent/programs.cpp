#include "programs.hpp"

#include <csignal>

namespace agent {
namespace {

constexpr std::chrono::seconds grace{5};
constexpr std::chrono::milliseconds between_looks{100};

} // namespace

void Programs::hang_up(std::unique_ptr<Child> child, Seats::Seat seat) {
    child->signal_group(SIGHUP);
    child->signal_group(SIGCONT); // a stopped program hears of it, too
    const Place place = ending_.insert(ending_.end(), {std::move(child), std::move(seat), {}, {}});
    place->deadline = loop_.after(grace, [this, place] {
        place->killed = true;
        place->child->signal_group(SIGKILL);
        if (place->child->ended()) {
            ending_.erase(place);
        }
    });
    if (place->child->ended()) {
        place->soon = loop_.soon([this, place] { ended(place); });
    } else {
        place->child->when_ended([this, place](int) { ended(place); });
    }
}

/// Its first process is gone; others of its group may use their five seconds.
void Programs::ended(Place place) {
    if (place->killed || place->child->alone()) {
        ending_.erase(place);
        return;
    }
    place->soon = loop_.after(between_looks, [this, place] { ended(place); });
}

} // namespace agent
