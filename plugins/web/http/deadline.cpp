#include "deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace web {
namespace {

/// One cancel() can fall between two reads of a composed operation and miss both.
constexpr std::chrono::milliseconds again{20};

} // namespace

struct Deadline::Wait {
    explicit Wait(Socket& of) : socket(&of), timer(std::in_place, of.get_executor()) {}
    Socket* socket; ///< null once the deadline is gone
    std::optional<boost::asio::steady_timer> timer;
    bool passed = false;
};

void Deadline::arm(const std::shared_ptr<Wait>& wait, std::chrono::milliseconds time) {
    wait->timer->expires_after(time);
    wait->timer->async_wait([wait](const boost::system::error_code& code) {
        if (code || wait->socket == nullptr) {
            return;
        }
        wait->passed = true;
        boost::system::error_code ignored; // a closed socket waits for nothing
        wait->socket->cancel(ignored);
        arm(wait, again);
    });
}

Deadline::Deadline(Socket& socket, std::chrono::milliseconds time)
    : wait_(std::make_shared<Wait>(socket)) {
    arm(wait_, time);
}

Deadline::~Deadline() {
    wait_->socket = nullptr;
    wait_->timer.reset(); // its handler, if it waits, gets operation_aborted
}

bool Deadline::passed() const noexcept {
    return wait_->passed;
}

} // namespace web
