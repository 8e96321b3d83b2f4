#include "egress.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <netdb.h>

namespace nat {
namespace {

using banger::Error;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(BANGER_E_INVALID, "--egress: " + what,
                "give open, none, or allow=NETWORK,ADDRESS,NAME,...");
}

constexpr std::size_t max_name = 253; // RFC 1035, 2.3.4
constexpr std::size_t max_label = 63;

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= max_label && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_';
           });
}

/// Not what resolvers take for an address that is written in some other way (inet_aton(3): "1.2.3",
/// "0x7f.1"): the last label of a name is no number (RFC 3696, 2).
bool is_name(std::string_view text) {
    if (text.size() > max_name) {
        return false;
    }
    std::string_view label;
    for (std::string_view rest = text;;) {
        const std::size_t dot = rest.find('.');
        label = rest.substr(0, dot);
        if (!is_label(label)) {
            return false;
        }
        if (dot == std::string_view::npos || dot + 1 == rest.size()) { // "name." is the same name
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    return std::isdigit(static_cast<unsigned char>(label.front())) == 0;
}

std::uint32_t mask_of(unsigned prefix) {
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

/// "192.0.2.0/24" or "192.0.2.7", with a prefix; empty when the text is no address at all.
std::string network_of(const std::string& text) {
    const std::size_t slash = text.find('/');
    in_addr address{};
    if (inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) {
        return {};
    }
    if (slash == std::string::npos) {
        return text + "/32";
    }
    unsigned prefix = 0;
    const char* begin = text.data() + slash + 1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, prefix);
    if (error != std::errc{} || stop != end || prefix > 32) {
        refuse("'" + text + "': the prefix is a number from 0 to 32");
    }
    const std::uint32_t mask = mask_of(prefix);
    if ((ntohl(address.s_addr) & ~mask) != 0) {
        address.s_addr = htonl(ntohl(address.s_addr) & mask);
        std::array<char, INET_ADDRSTRLEN> right{};
        inet_ntop(AF_INET, &address, right.data(), right.size());
        refuse("'" + text + "' has bits behind its prefix; did you mean " + right.data() + "/" +
               std::to_string(prefix) + "?");
    }
    return text;
}

} // namespace

Egress Egress::parse(std::string_view text) {
    if (text == "open") {
        return {};
    }
    Egress egress;
    egress.open = false;
    if (text == "none") {
        return egress;
    }
    constexpr std::string_view allow = "allow=";
    if (text.substr(0, allow.size()) != allow || text.size() == allow.size()) {
        refuse("'" + std::string(text) + "' is not a policy");
    }
    text.remove_prefix(allow.size());
    while (true) {
        const std::size_t comma = text.find(',');
        std::string part(text.substr(0, comma));
        if (part == "open" || part == "none") { // "open." is a name
            refuse("'" + part + "' is a policy by itself, no part of a list");
        }
        std::string network = network_of(part);
        if (!network.empty()) {
            egress.networks.push_back(std::move(network));
        } else if (is_name(part)) {
            std::transform(part.begin(), part.end(), part.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (part.back() == '.') { // as the name is asked for
                part.pop_back();
            }
            egress.names.push_back(std::move(part));
        } else {
            refuse("'" + part + "' is no network, address or name");
        }
        if (egress.networks.size() + egress.names.size() > most_items) {
            refuse("a list has at most " + std::to_string(most_items) + " networks and names");
        }
        if (comma == std::string_view::npos) {
            return egress;
        }
        text.remove_prefix(comma + 1);
    }
}

bool is_within(const std::string& address, const std::string& network) {
    const std::size_t slash = network.find('/');
    in_addr one{};
    in_addr base{};
    unsigned prefix = 33;
    if (slash != std::string::npos) {
        (void)std::from_chars(network.data() + slash + 1, network.data() + network.size(), prefix);
    }
    if (prefix > 32 || inet_pton(AF_INET, address.c_str(), &one) != 1 ||
        inet_pton(AF_INET, network.substr(0, slash).c_str(), &base) != 1) {
        return false;
    }
    return ((ntohl(one.s_addr) ^ ntohl(base.s_addr)) & mask_of(prefix)) == 0;
}

std::vector<std::string> look_up(const std::string& name) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &raw) != 0) {
        return {};
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
    std::set<std::string> addresses;
    for (const addrinfo* each = raw; each != nullptr; each = each->ai_next) {
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* address = reinterpret_cast<const sockaddr_in*>(each->ai_addr);
        inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        addresses.insert(text.data());
    }
    return {addresses.begin(), addresses.end()};
}

} // namespace nat
