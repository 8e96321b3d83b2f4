#include "api/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace banger::api {
namespace {

/// One cancel() can fall between two reads of a composed operation and miss both.
constexpr std::chrono::milliseconds again{20};

} // namespace

struct Deadline::State {
    explicit State(Socket& socket_of)
        : socket(&socket_of), timer(std::in_place, socket_of.get_executor()) {}
    Socket* socket; ///< null once the deadline is gone
    std::optional<boost::asio::steady_timer> timer;
    bool passed = false;
};

void Deadline::arm(const std::shared_ptr<State>& state, std::chrono::milliseconds time) {
    state->timer->expires_after(time);
    state->timer->async_wait([state](const boost::system::error_code& code) {
        if (code || state->socket == nullptr) {
            return;
        }
        state->passed = true;
        boost::system::error_code ignored; // a closed socket waits for nothing
        state->socket->cancel(ignored);
        arm(state, again);
    });
}

Deadline::Deadline(Socket& socket, std::chrono::milliseconds time)
    : state_(std::make_shared<State>(socket)) {
    arm(state_, time);
}

Deadline::~Deadline() {
    state_->socket = nullptr;
    state_->timer.reset(); // its handler, if it waits, gets operation_aborted
}

bool Deadline::passed() const noexcept {
    return state_->passed;
}

} // namespace banger::api
