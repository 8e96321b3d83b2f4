#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>

namespace banger::supervisor {

/// guest.sock: Firecracker's hybrid vsock handshake ("CONNECT <port>\n", then "OK <number>\n" or
/// the end without a byte), whatever brings the streams to the guest.
class GuestChannel {
  public:
    GuestChannel() = default;
    GuestChannel(const GuestChannel&) = delete;
    GuestChannel& operator=(const GuestChannel&) = delete;
    virtual ~GuestChannel() = default;

    /// Here from now on; who is connected stays.
    virtual void listen(os::UniqueFd listener) = 0;
    /// Nobody is there any more: every connection ends, once what came for it is sent.
    virtual void guest_left() = 0;
    [[nodiscard]] virtual std::size_t connections() const noexcept = 0;
};

/// Of connections at a time; one more is closed.
constexpr std::size_t max_guest_clients = 512;

} // namespace banger::supervisor
