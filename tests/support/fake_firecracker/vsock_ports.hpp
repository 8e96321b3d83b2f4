#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::test::firecracker {

/// A guest's AF_VSOCK behind Firecracker's socket, with ports that echo. As in Firecracker the
/// request must come whole, what waits before the guest has its driver waits on, and who sends no
/// more is done with.
class VsockPorts {
  public:
    VsockPorts(supervisor::Loop& loop, std::vector<unsigned> ports)
        : loop_(loop), ports_(std::move(ports)) {}

    /// What is wrong, in Firecracker's words; empty when it listens.
    [[nodiscard]] std::string bind(const std::string& path);
    void serve(bool wanted); ///< the guest runs, or stands still

  private:
    struct Peer {
        std::unique_ptr<supervisor::Connection> connection;
        bool accepted = false;
        bool gone = false;
    };

    void accept_one();
    void receive(Peer& peer, std::string_view bytes);
    [[nodiscard]] bool listens(std::string_view request) const;
    void drop(Peer& peer);

    supervisor::Loop& loop_;
    std::vector<unsigned> ports_;
    std::uint32_t next_number_ = 1U << 30U;
    os::UniqueFd listener_;
    supervisor::Loop::Registration accepting_;
    std::list<Peer> peers_;
};

} // namespace banger::test::firecracker
