#pragma once

#include "answer.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "upstreams.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dns {

/// Asks the host's resolvers what is not ours. Each question goes out by a socket and with an id
/// of its own, so a forged answer must guess both; it comes back byte for byte, with the client's
/// id. On the poller's thread.
class Forwarder {
  public:
    struct Limits {
        std::size_t in_flight = 256;              ///< of all clients: each holds a descriptor
        std::size_t per_client = 64;              ///< so that no client takes all
        unsigned rounds = 2;                      ///< through the list of resolvers
        std::chrono::milliseconds patience{1500}; ///< with one resolver
    };
    /// The answer for the client; empty when no resolver gave one.
    using Reply = std::function<void(std::string_view)>;

    Forwarder(Poller& poller, Upstreams& upstreams, Limits limits);
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;
    ~Forwarder();

    /// False when too many are asked for already; `reply` is then never called. It may be called
    /// before this returns.
    [[nodiscard]] bool ask(std::uint32_t client, std::string_view message, const Query& query,
                           Transport transport, Reply reply);

  private:
    struct Exchange;

    void next(Exchange& exchange);
    bool send_udp(Exchange& exchange);
    bool send_tcp(Exchange& exchange);
    void hear_udp(Exchange& exchange);
    void hear_tcp(Exchange& exchange, std::uint32_t events);
    void heard(Exchange& exchange, std::string_view answer, bool by_tcp);
    void lost_tcp(Exchange& exchange);
    void hang_up(Exchange& exchange) noexcept;
    void finish(Exchange& exchange, std::string answer);

    Poller& poller_;
    Upstreams& upstreams_;
    const Limits limits_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Exchange>> exchanges_;
    std::unordered_map<std::uint32_t, std::size_t> by_client_;
    std::uint64_t last_ = 0;
    std::size_t preferred_ = 0; ///< the resolver that is asked first: it answered last time
    std::unique_ptr<char[]> buffer_;
};

} // namespace dns
