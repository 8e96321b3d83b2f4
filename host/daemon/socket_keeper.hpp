#pragma once

#include "os/paths.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>

namespace spdlog {
class logger;
}

namespace banger::daemon {

/// Makes the API's socket again when it is removed: a cleaner of old files or the end of the user's
/// session may do that. Where it cannot be made, nobody could reach this daemon, and it would keep
/// the next one from starting: then run() throws. [loop]
class SocketKeeper {
  public:
    SocketKeeper(boost::asio::io_context& loop, const os::UserPaths& paths, spdlog::logger& log,
                 std::function<void()> listen_again);

    /// Returns when it was let go and the socket is removed. Everything given outlives it.
    boost::asio::awaitable<void> run();
    /// The daemon ends: what is removed now stays so.
    void let_go() noexcept { kept_ = false; }

  private:
    void make_again();

    boost::asio::io_context& loop_;
    const os::UserPaths& paths_;
    spdlog::logger& log_;
    std::function<void()> listen_again_;
    bool kept_ = true;
};

} // namespace banger::daemon
