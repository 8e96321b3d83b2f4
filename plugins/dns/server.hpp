#pragma once

#include "forwarder.hpp"
#include "poller.hpp"
#include "rate_limit.hpp"
#include "socket.hpp"
#include "zone.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct sockaddr_in;

namespace dns {

class TcpClients;
class WatchedNames;

/// The DNS server: UDP and TCP on the loopback and on the bridge's address, on one thread. What it
/// answers from memory waits for nothing; what it forwards is limited per client.
class Server {
  public:
    using ZoneSource = std::function<std::shared_ptr<const Zone>()>;
    struct Settings {
        Network guests;            ///< who is answered beside the loopback
        std::uint32_t gateway = 0; ///< the bridge's address
        std::uint16_t port = 0;
        bool other_port = true; ///< when that one is taken
        Upstreams::Source upstreams;
        Forwarder::Limits limits;
        double forwards_per_second = 200; ///< of one guest
        double forwards_burst = 400;
        WatchedNames* watched = nullptr; ///< null: every answer goes out at once; outlives this
    };
    /// What happened since the start. Any thread.
    struct Counters {
        std::atomic<std::uint64_t> answered{0}, forwarded{0}, failed{0}, limited{0}, strangers{0};
    };

    /// Binds. Throws Error(BANGER_E_CONFLICT) when the port is taken.
    Server(Settings settings, ZoneSource zone);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Serves until stop(), or until `cancel_fd` (-1: none) is readable. On the thread that
    /// serves.
    void run(int cancel_fd);
    void stop() noexcept; ///< any thread
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }

    /// For the TCP side: one message of a client; `reply` is called once, maybe before this
    /// returns. False: the message gets no reply.
    bool serve(std::uint32_t client, std::string_view message, Transport transport,
               const Forwarder::Reply& reply);
    [[nodiscard]] bool may_ask(std::uint32_t client) const;

  private:
    struct Batch;
    void bind();
    bool bind_all(std::uint16_t port);
    void read_udp(int fd);
    void forward_udp(int fd, const sockaddr_in& from, std::string_view message, const Query& query);
    void forward(std::uint32_t client, std::string_view message, const Query& query,
                 Transport transport, const Forwarder::Reply& reply);

    const Settings settings_;
    const ZoneSource zone_;
    std::uint16_t port_ = 0;
    Descriptor stop_; ///< readable: the end
    Counters counters_;
    std::vector<Socket> udp_, tcp_;
    Poller poller_;
    Upstreams upstreams_;
    RateLimit rate_;
    std::unique_ptr<Batch> batch_;
    std::unique_ptr<TcpClients> clients_;
    Forwarder forwarder_; ///< last: its replies go to what stands above
};

} // namespace dns
