#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace banger::supervisor {

/// Of connections to a guest at a time; one more is closed.
constexpr std::size_t max_guest_clients = 512;

/// guest.sock: takes the connections that this user makes.
class GuestListener {
  public:
    /// `connections` says how many there are; `on_client` takes over one more.
    GuestListener(Loop& loop, os::UniqueFd listener, std::function<std::size_t()> connections,
                  std::function<void(os::UniqueFd)> on_client);

    void listen(os::UniqueFd listener); ///< here from now on
    /// The answer to a CONNECT that the guest has accepted.
    [[nodiscard]] std::string accepted();

  private:
    Loop& loop_;
    std::function<std::size_t()> connections_;
    std::function<void(os::UniqueFd)> on_client_;
    std::uint32_t next_number_ = 1U << 30U; ///< as Firecracker counts its host ports
    os::UniqueFd listener_;
    Loop::Registration accepting_;
};

} // namespace banger::supervisor
