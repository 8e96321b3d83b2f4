#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::net {

/// An IPv4 address. The number is in host byte order, so that + and < mean what they say.
struct Ipv4 {
    std::uint32_t value = 0;

    [[nodiscard]] static std::optional<Ipv4> parse(std::string_view text) noexcept;
    [[nodiscard]] std::string text() const;
    auto operator<=>(const Ipv4&) const = default;
};

/// A network of addresses: "172.30.88.0/24".
struct Subnet {
    Ipv4 network;
    int prefix = 0;

    /// Throws invalid: bad text, or bits set behind the prefix (the message gives the right text).
    [[nodiscard]] static Subnet parse(std::string_view text);
    [[nodiscard]] static Subnet around(Ipv4 address, int prefix) noexcept;

    [[nodiscard]] std::uint32_t mask() const noexcept;
    [[nodiscard]] bool contains(Ipv4 address) const noexcept;
    [[nodiscard]] bool overlaps(const Subnet& other) const noexcept;
    [[nodiscard]] Ipv4 broadcast() const noexcept;
    /// Addresses that a machine can have: without the network's own and the broadcast address.
    [[nodiscard]] std::uint32_t host_count() const noexcept;
    /// The host of this number, from 1 (by our convention the gateway) to host_count().
    [[nodiscard]] Ipv4 host(std::uint32_t number) const noexcept;
    [[nodiscard]] std::string text() const;
    bool operator==(const Subnet&) const = default;
};

/// An address with the size of its network, as an interface has it: "172.30.88.1/24".
struct InterfaceAddress {
    Ipv4 address;
    int prefix = 0;

    [[nodiscard]] static InterfaceAddress parse(std::string_view text); ///< throws invalid
    [[nodiscard]] Subnet subnet() const noexcept { return Subnet::around(address, prefix); }
    [[nodiscard]] std::string text() const;
    bool operator==(const InterfaceAddress&) const = default;
};

/// In a range that belongs to nobody on the Internet (RFC 1918, 6598, 2544), wholly.
[[nodiscard]] bool is_private(const Subnet& subnet) noexcept;

} // namespace banger::net
