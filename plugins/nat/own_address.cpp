#include "own_address.hpp"

#include <banger/plugin.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <sys/socket.h>

namespace nat {
namespace {

constexpr std::uint32_t loopback_broadcast = 0x7fffffff;

using Interfaces = std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)>;

Interfaces interfaces() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        throw banger::Error(BANGER_E_UNAVAILABLE,
                            std::string("list the addresses of this machine: ") +
                                std::strerror(errno));
    }
    return {raw, &::freeifaddrs};
}

} // namespace

bool is_own_address(const std::string& address) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    if (inet_pton(AF_INET, address.c_str(), &name.sin_addr) != 1) {
        return false;
    }
    const std::uint32_t wanted = ntohl(name.sin_addr.s_addr);
    if (wanted >> 24U == IN_LOOPBACKNET && wanted != loopback_broadcast) {
        return true;
    }
    const Interfaces found = interfaces();
    for (const ifaddrs* each = found.get(); each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
            reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr.s_addr ==
                name.sin_addr.s_addr) {
            return true;
        }
    }
    return false;
}

std::string own_addresses() {
    const Interfaces found = interfaces();
    std::string text;
    for (const ifaddrs* each = found.get(); each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) {
            continue;
        }
        std::array<char, INET_ADDRSTRLEN> address{};
        const auto* name = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
        inet_ntop(AF_INET, &name->sin_addr, address.data(), address.size());
        text +=
            (text.empty() ? "" : ", ") + std::string(address.data()) + " (" + each->ifa_name + ")";
    }
    return text;
}

} // namespace nat
