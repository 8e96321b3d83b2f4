#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace web {

using Socket = boost::asio::ip::tcp::socket;

/// Cancels what the socket waits for once the time is over, until this object goes. Network thread.
class Deadline {
  public:
    Deadline(Socket& socket, std::chrono::milliseconds time);
    /// cancel: is called again and again from then on.
    Deadline(const boost::asio::any_io_executor& executor, std::chrono::milliseconds time,
             std::function<void()> cancel);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    [[nodiscard]] bool passed() const noexcept;

  private:
    struct Wait;
    static void arm(const std::shared_ptr<Wait>& wait, std::chrono::milliseconds time);
    std::shared_ptr<Wait> wait_; ///< the timer's handler may run after we are gone
};

} // namespace web
