#include "deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace web {
namespace {

/// One cancel() can fall between two reads of a composed operation and miss both.
constexpr std::chrono::milliseconds again{20};

} // namespace

struct Deadline::Wait {
    Wait(const boost::asio::any_io_executor& executor, std::function<void()> cancel_of)
        : cancel(std::move(cancel_of)), timer(std::in_place, executor) {}
    std::function<void()> cancel; ///< none once the deadline is gone
    std::optional<boost::asio::steady_timer> timer;
    bool passed = false;
};

void Deadline::arm(const std::shared_ptr<Wait>& wait, std::chrono::milliseconds time) {
    wait->timer->expires_after(time);
    wait->timer->async_wait([wait](const boost::system::error_code& code) {
        if (code || !wait->cancel) {
            return;
        }
        wait->passed = true;
        wait->cancel();
        arm(wait, again);
    });
}

Deadline::Deadline(const boost::asio::any_io_executor& executor, std::chrono::milliseconds time,
                   std::function<void()> cancel)
    : wait_(std::make_shared<Wait>(executor, std::move(cancel))) {
    arm(wait_, time);
}

Deadline::Deadline(Socket& socket, std::chrono::milliseconds time)
    : Deadline(socket.get_executor(), time, [&socket] {
          boost::system::error_code ignored; // a closed socket waits for nothing
          socket.cancel(ignored);
      }) {}

Deadline::~Deadline() {
    wait_->cancel = nullptr;
    wait_->timer.reset(); // its handler, if it waits, gets operation_aborted
}

bool Deadline::passed() const noexcept {
    return wait_->passed;
}

} // namespace web
