#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace banger::api {

class Router;

/// What one client may cost.
struct ServerOptions {
    std::size_t max_header = 16U << 10U;
    std::size_t max_body = 1U << 20U;
    std::size_t max_connections = 512;
    std::chrono::milliseconds idle_time{60'000}; ///< a connection without a request
    std::chrono::milliseconds header_time{
        10'000}; ///< from a request's first byte to its last header
    std::chrono::milliseconds body_time{30'000};
    std::chrono::milliseconds write_time{
        30'000}; ///< a client that takes nothing for so long is dropped
    /// Who may connect beside root; nullopt is our own user.
    std::optional<uid_t> uid;
    /// Level and text; one line per request at level debug.
    std::function<void(std::string_view level, const std::string& text)> log;
};

/// HTTP/1.1 over a Unix socket, for our own user alone. [loop]
class Server {
  public:
    /// Listens at `socket` (0600). Throws conflict when somebody else does.
    Server(boost::asio::io_context& loop, const Router& router, std::filesystem::path socket,
           ServerOptions options = {});
    /// Closes the listener and every connection at once.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::size_t connections() const noexcept;

    /// Listens at its path again, from where the socket was removed. Connections stay. Throws when
    /// it cannot; then it listens nowhere.
    void listen_again();

    /// Accepts nobody any more, ends idle connections, streams and upgrades, and lets the requests
    /// that are being answered end; what is left after `grace` is cut off.
    [[nodiscard]] boost::asio::awaitable<void> close(std::chrono::milliseconds grace);

  private:
    struct State;
    std::shared_ptr<State> state_; ///< also held by the coroutines of the connections
};

} // namespace banger::api
