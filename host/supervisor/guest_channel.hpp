#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
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
    /// Of a serial port: the guest has opened it.
    virtual void agent_opened() {}
    /// Nobody is there any more: every connection ends, once what came for it is sent.
    virtual void guest_left() = 0;
    [[nodiscard]] virtual std::size_t connections() const noexcept = 0;
};

/// Taken from a client before the guest has accepted. Reading on tells when a client has given up.
constexpr std::size_t early_bytes = 16384;
/// What a client has sent reaches a guest that takes it, also when the client is gone. One that
/// does not take it, a program that reads nothing say, is told by then that nobody is there.
constexpr std::chrono::seconds last_bytes{2};

} // namespace banger::supervisor
