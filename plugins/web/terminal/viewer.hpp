#pragma once

#include "http/deadline.hpp"
#include "http/limits.hpp"
#include "shell_wish.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>

namespace web {

class Shells;

/// One page that looks at a shell, by a WebSocket. Network thread.
class Viewer {
  public:
    using Upgrade = boost::beast::http::request<boost::beast::http::string_body>;

    /// socket, shells: outlive it. The request came by that socket.
    Viewer(Socket& socket, const Limits& limits, Shells& shells, ShellWish wish);
    ~Viewer();
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    /// Until either side ends it. upgrade: lives until then.
    [[nodiscard]] boost::asio::awaitable<void> run(const Upgrade& upgrade);
    void go_away(); ///< the console stops: the page is told so
    void cut();     ///< the socket is closed

  private:
    struct State;
    std::shared_ptr<State> state_; ///< of its coroutines, too
};

} // namespace web
