#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace web {

/// By which coroutines of the network thread wait for each other: each looks whether it has to
/// wait, waits, and looks again.
class Bell {
  public:
    explicit Bell(const boost::asio::any_io_executor& executor)
        : timer_(executor, std::chrono::steady_clock::time_point::max()) {}

    [[nodiscard]] boost::asio::awaitable<void> wait() {
        boost::system::error_code rung;
        co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, rung));
    }
    void ring() { timer_.cancel(); } ///< all that wait

  private:
    boost::asio::steady_timer timer_;
};

} // namespace web
