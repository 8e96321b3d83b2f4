#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nat {

/// A port of the host that leads into a VM: "8080:80", "127.0.0.1:2222:22", "5353:53/udp".
struct Port {
    std::string protocol = "tcp"; ///< or "udp"
    std::string host;             ///< an address of the host; empty: all
    std::uint16_t port = 0;
    std::uint16_t guest_port = 0;

    /// Throws banger::Error (E_INVALID) naming the part that is wrong.
    [[nodiscard]] static Port parse(std::string_view text);
    /// As parse() reads it.
    [[nodiscard]] std::string text() const;
    /// "--publish ..." with another port of the host, for whoever cannot have this one.
    [[nodiscard]] std::string instead() const;
    /// Both cannot listen on one host.
    [[nodiscard]] bool clashes(const Port& other) const;
    bool operator==(const Port& other) const {
        return protocol == other.protocol && host == other.host && port == other.port &&
               guest_port == other.guest_port;
    }
};

} // namespace nat
