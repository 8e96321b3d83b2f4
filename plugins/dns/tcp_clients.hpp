#pragma once

#include "poller.hpp"
#include "socket.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dns {

class Server;

/// Clients connected by TCP (RFC 7766): several questions in one connection, answers in any order.
/// Connections are few and short of patience, and whoever opens too many loses his own oldest, so
/// thousands that say nothing keep nobody out.
class TcpClients {
  public:
    struct Limits {
        std::size_t total = 128;
        std::size_t per_guest = 16;
        std::size_t of_loopback = 64;
        std::size_t unanswered = 32; ///< in one connection; no more is read meanwhile
        std::chrono::milliseconds idle{10000};
    };
    TcpClients(Poller& poller, Server& server);
    TcpClients(const TcpClients&) = delete;
    TcpClients& operator=(const TcpClients&) = delete;
    ~TcpClients();

    void listen(int fd); ///< a listening socket that stays the caller's

  private:
    struct Client;
    void accept(int fd);
    void take(Socket socket, std::uint32_t address);
    void make_room(std::uint32_t address);
    void ready(std::uint64_t number, std::uint32_t events);
    bool read(Client& client);
    void serve(std::uint64_t number);
    bool write(Client& client);
    void watch(Client& client);
    void wait_longer(Client& client);
    void close(std::uint64_t number) noexcept;

    Poller& poller_;
    Server& server_;
    const Limits limits_{};
    std::unordered_map<std::uint64_t, std::unique_ptr<Client>> clients_;
    std::uint64_t last_ = 0;
};

} // namespace dns
