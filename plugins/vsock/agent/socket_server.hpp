#pragma once

#include "loop.hpp"
#include "seats.hpp"
#include "session.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace agent {

/// A listening AF_VSOCK socket on `port`; nullopt where this kernel has no vsock. Does not make
/// the kernel load it: a guest whose VMM has no such device would pay for that at each boot.
[[nodiscard]] std::optional<Fd> listen_vsock(std::uint32_t port);
/// A listening Unix socket. Throws when there is one.
[[nodiscard]] Fd listen_unix(const std::string& path);

/// Serves the protocol to whoever connects to a stream socket and, where there is a key, shows it;
/// over AF_VSOCK to the host only.
class SocketServer {
  public:
    SocketServer(Loop& loop, Fd listener, const Answerer& answerer, Seats& seats,
                 std::string key = {});
    ~SocketServer();
    SocketServer(const SocketServer&) = delete;
    SocketServer& operator=(const SocketServer&) = delete;

    [[nodiscard]] bool unsent() const; ///< something still waits for a client

  private:
    struct Connection;
    using Key = std::uint64_t;

    void accept_one();
    void drop_oldest_stranger();
    [[nodiscard]] bool admit(Connection& connection);
    void ready(Key key, std::uint32_t events);
    void receive(Connection& connection);
    void pump(Key key);
    void linger(Connection& connection);

    Loop& loop_;
    Fd listener_;
    const Answerer& answerer_;
    Seats& seats_;
    std::string key_;
    std::map<Key, std::unique_ptr<Connection>> connections_;
    Key next_key_ = 1;
    Loop::Registration accepting_;
};

} // namespace agent
