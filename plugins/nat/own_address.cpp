#include "own_address.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <sys/socket.h>

namespace nat {
namespace {

constexpr std::uint32_t loopback_broadcast = 0x7fffffff;

struct Own {
    in_addr address;
    std::string interface;
};

std::vector<Own> list() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        throw banger::Error(BANGER_E_UNAVAILABLE,
                            std::string("list the addresses of this machine: ") +
                                std::strerror(errno));
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> found(raw, &::freeifaddrs);
    std::vector<Own> result;
    for (const ifaddrs* each = raw; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET) {
            result.push_back(
                {reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr, each->ifa_name});
        }
    }
    return result;
}

} // namespace

bool is_own_address(const std::string& address) {
    in_addr wanted{};
    if (inet_pton(AF_INET, address.c_str(), &wanted) != 1) {
        return false;
    }
    const std::uint32_t number = ntohl(wanted.s_addr);
    if (number >> 24U == IN_LOOPBACKNET && number != loopback_broadcast) {
        return true;
    }
    const std::vector<Own> all = list();
    return std::any_of(all.begin(), all.end(),
                       [&](const Own& own) { return own.address.s_addr == wanted.s_addr; });
}

std::string own_addresses() {
    std::string text;
    for (const Own& own : list()) {
        std::array<char, INET_ADDRSTRLEN> address{};
        inet_ntop(AF_INET, &own.address, address.data(), address.size());
        text +=
            (text.empty() ? "" : ", ") + std::string(address.data()) + " (" + own.interface + ")";
    }
    return text;
}

} // namespace nat
