#include "own_address.hpp"

#include <array>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nat {

bool is_own_address(const std::string& address) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    if (inet_pton(AF_INET, address.c_str(), &name.sin_addr) != 1) {
        return false;
    }
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
    ::close(fd);
    return bound;
}

std::string own_addresses() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        return {};
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> found(raw, &::freeifaddrs);
    std::string text;
    for (const ifaddrs* each = raw; each != nullptr; each = each->ifa_next) {
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
