#pragma once

#include "answers.hpp"
#include "deadline.hpp"
#include "gate/gate.hpp"
#include "limits.hpp"
#include "workers.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace web {

class Shells;

/// What all connections share. Network thread.
struct Service {
    banger::Host host;
    Limits limits;
    Gate gate;
    Answers& answers;
    Workers& workers;
    Shells& shells;
    std::size_t streams = 0;        ///< that are open now
    std::uint64_t last_request = 0; ///< of Request::id
    bool closing = false;
};

/// One connection: reads requests, has them judged and answered, one after the other. Network
/// thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// uid: of who connected, where the kernel says.
    Connection(Socket socket, std::optional<std::uint32_t> uid, Service& service);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Until either side ends it. Throws nothing.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Since when it waits for its next request; nothing while it has one.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> idle_since() const;
    [[nodiscard]] std::optional<std::uint32_t> uid() const;
    /// Takes no further request; a feed and a terminal end, what is being answered is not cut.
    void close();
    void cut() noexcept; ///< drops it now

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace web
