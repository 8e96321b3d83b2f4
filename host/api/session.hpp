#pragma once

#include "api/response.hpp"
#include "api/server.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace banger::api {

class Router;

/// One connection: reads requests, hands them to the router, writes the answers, one after the
/// other. [loop]
class Session {
  public:
    Session(Socket socket, const Router& router, const ServerOptions& options, std::string caller);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Until the client or the server ends it. Throws nothing.
    [[nodiscard]] boost::asio::awaitable<void> run();

    /// Takes no further request, and ends an upgrade that is going on.
    void close();
    void end_stream();   ///< whether or not it has come to its own end
    void cut() noexcept; ///< drops the connection now

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One answer to a connection that gets no session, as bytes.
[[nodiscard]] std::string refusal(const Response& response);

} // namespace banger::api
