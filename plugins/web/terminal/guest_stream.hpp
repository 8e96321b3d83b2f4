#pragma once

#include "guest_frames.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// A program in a guest, by the daemon's own socket: POST /v1/vms/NAME/exec (docs/api.md). Network
/// thread; one reads, one writes.
class GuestStream {
  public:
    explicit GuestStream(const boost::asio::any_io_executor& executor) : socket_(executor) {}

    /// Throws Problem, of 504 when it takes longer than that, or std::exception. The references are
    /// to live until then.
    [[nodiscard]] boost::asio::awaitable<void> open(const std::string& socket,
                                                    const std::string& vm,
                                                    const std::string& program_json,
                                                    std::chrono::milliseconds time);
    /// Nothing: it has ended. Throws std::runtime_error for what is no frame.
    [[nodiscard]] boost::asio::awaitable<std::optional<GuestFrame>> next();
    /// False: nobody takes it any more.
    [[nodiscard]] boost::asio::awaitable<bool> write(std::string_view frames);
    void close() noexcept; ///< what waits ends; the program is hung up

  private:
    [[nodiscard]] boost::asio::awaitable<void> ask(const std::string& socket, const std::string& vm,
                                                   const std::string& program_json);

    boost::asio::local::stream_protocol::socket socket_;
    GuestFrames frames_;
    std::array<char, 16384> bytes_{};
};

} // namespace web
