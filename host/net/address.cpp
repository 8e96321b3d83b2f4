#include "net/address.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace banger::net {
namespace {

using os::Error;
using os::ErrorKind;

/// A decimal number without sign, blanks or leading zeros, at the front of `text`.
std::optional<int> take_number(std::string_view& text, int max) noexcept {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || value < 0 || value > max || text[0] == '-' ||
        (text[0] == '0' && length > 1)) {
        return std::nullopt;
    }
    text.remove_prefix(length);
    return value;
}

InterfaceAddress parse_with_prefix(std::string_view text, std::string_view example) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        std::string_view number = text.substr(slash + 1);
        const auto address = Ipv4::parse(text.substr(0, slash));
        const auto prefix = take_number(number, 32);
        if (address && prefix && number.empty()) {
            return {*address, *prefix};
        }
    }
    throw Error(ErrorKind::invalid, "\"" + std::string(text) + "\" is not an IPv4 network",
                "write it as " + std::string(example));
}

} // namespace

std::optional<Ipv4> Ipv4::parse(std::string_view text) noexcept {
    Ipv4 address;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (text.empty() || text[0] != '.') {
                return std::nullopt;
            }
            text.remove_prefix(1);
        }
        const auto byte = text.empty() ? std::nullopt : take_number(text, 255);
        if (!byte) {
            return std::nullopt;
        }
        address.value = address.value << 8U | static_cast<std::uint32_t>(*byte);
    }
    return text.empty() ? std::optional(address) : std::nullopt;
}

std::string Ipv4::text() const {
    return std::to_string(value >> 24U) + "." + std::to_string(value >> 16U & 255U) + "." +
           std::to_string(value >> 8U & 255U) + "." + std::to_string(value & 255U);
}

Subnet Subnet::parse(std::string_view text) {
    const InterfaceAddress read = parse_with_prefix(text, "172.30.88.0/24");
    const Subnet subnet = read.subnet();
    if (subnet.network != read.address) {
        throw Error(ErrorKind::invalid,
                    "\"" + std::string(text) + "\" has bits set behind its prefix",
                    "that network is written " + subnet.text());
    }
    return subnet;
}

Subnet Subnet::around(Ipv4 address, int prefix) noexcept {
    Subnet subnet{address, prefix};
    subnet.network.value &= subnet.mask();
    return subnet;
}

std::uint32_t Subnet::mask() const noexcept {
    return prefix <= 0 ? 0 : ~std::uint32_t{0} << static_cast<unsigned>(32 - prefix);
}

bool Subnet::contains(Ipv4 address) const noexcept {
    return (address.value & mask()) == network.value;
}

bool Subnet::overlaps(const Subnet& other) const noexcept {
    return prefix <= other.prefix ? contains(other.network) : other.contains(network);
}

Ipv4 Subnet::broadcast() const noexcept {
    return {network.value | ~mask()};
}

std::uint32_t Subnet::host_count() const noexcept {
    return prefix >= 31 ? 0 : ~mask() - 1;
}

Ipv4 Subnet::host(std::uint32_t number) const noexcept {
    return {network.value + number};
}

std::string Subnet::text() const {
    return network.text() + "/" + std::to_string(prefix);
}

InterfaceAddress InterfaceAddress::parse(std::string_view text) {
    return parse_with_prefix(text, "172.30.88.1/24");
}

std::string InterfaceAddress::text() const {
    return address.text() + "/" + std::to_string(prefix);
}

bool is_private(const Subnet& subnet) noexcept {
    static constexpr std::array<Subnet, 5> ranges{{{{0x0a000000U}, 8},    // 10/8
                                                   {{0xac100000U}, 12},   // 172.16/12
                                                   {{0xc0a80000U}, 16},   // 192.168/16
                                                   {{0x64400000U}, 10},   // 100.64/10
                                                   {{0xc6120000U}, 15}}}; // 198.18/15
    return std::any_of(ranges.begin(), ranges.end(), [&](const Subnet& range) {
        return subnet.prefix >= range.prefix && range.contains(subnet.network);
    });
}

} // namespace banger::net
