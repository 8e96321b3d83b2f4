#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace banger::test {

/// The bytes of an Ethernet frame.
using Frame = std::string;

Frame ethernet(const std::string& to, const std::string& from, std::uint16_t type,
               const std::string& payload);
/// UDP to port 5000 without a checksum, in IPv4.
std::string udp(const std::string& from, const std::string& to, const std::string& text);
/// ARP (RFC 826): 1 asks for `target`, 2 tells.
std::string arp(std::uint16_t operation, const std::string& sender_mac, const std::string& sender,
                const std::string& target);

constexpr std::uint16_t type_ip = 0x0800, type_arp = 0x0806, type_ipv6 = 0x86dd;
constexpr const char* everybody = "ff:ff:ff:ff:ff:ff";

/// A guest without a machine: a TAP held as a VMM holds it, and frames by hand.
class TapGuest {
  public:
    TapGuest(const std::string& tap, std::string mac, std::string address);

    [[nodiscard]] const std::string& mac() const noexcept { return mac_; }
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// Its own frame, honest: an IP packet to that card and that address.
    [[nodiscard]] Frame packet(const std::string& to_mac, const std::string& to,
                               const std::string& text) const;
    [[nodiscard]] Frame question(const std::string& target) const; ///< who has that address?

    void send(const Frame& frame) const;
    /// What has come in since the last time.
    [[nodiscard]] std::vector<Frame> received() const;
    /// Asks for this address until it is told; the link may have to come up. False after `limit`.
    [[nodiscard]] bool meets(const std::string& target,
                             std::chrono::milliseconds limit = std::chrono::seconds(5)) const;

  private:
    os::UniqueFd fd_;
    std::string mac_;
    std::string address_;
};

} // namespace banger::test
