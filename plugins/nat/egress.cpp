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

bool is_name(const std::string& text) {
    if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.') {
        return false;
    }
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
    });
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
    const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
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
        std::string network = network_of(part);
        if (!network.empty()) {
            egress.networks.push_back(std::move(network));
        } else if (is_name(part) && part.find('/') == std::string::npos) {
            std::transform(part.begin(), part.end(), part.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            egress.names.push_back(std::move(part));
        } else {
            refuse("'" + part + "' is no network, address or name");
        }
        if (comma == std::string_view::npos) {
            return egress;
        }
        text.remove_prefix(comma + 1);
    }
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
