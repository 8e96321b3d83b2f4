#include "support/tap_guest.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cstdio>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace banger::test {
namespace {

std::string be16(unsigned value) {
    return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

std::string mac_bytes(const std::string& text) {
    std::array<unsigned, 6> parts{};
    if (std::sscanf(text.c_str(), "%x:%x:%x:%x:%x:%x", &parts[0], &parts[1], &parts[2], &parts[3],
                    &parts[4], &parts[5]) != 6) {
        throw os::Error(os::ErrorKind::invalid, "no hardware address: " + text);
    }
    std::string bytes;
    for (const unsigned part : parts) {
        bytes += static_cast<char>(part);
    }
    return bytes;
}

std::string ip_bytes(const std::string& text) {
    in_addr address{};
    if (::inet_pton(AF_INET, text.c_str(), &address) != 1) {
        throw os::Error(os::ErrorKind::invalid, "no address: " + text);
    }
    return {reinterpret_cast<const char*>(&address), sizeof address};
}

/// RFC 1071.
unsigned checksum(const std::string& bytes) {
    unsigned sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum +=
            static_cast<unsigned char>(bytes[i]) << 8U | static_cast<unsigned char>(bytes[i + 1]);
    }
    sum = (sum >> 16U) + (sum & 0xffffU);
    return ~(sum + (sum >> 16U)) & 0xffffU;
}

constexpr std::size_t header = 10; // of IFF_VNET_HDR, in front of each frame: all zero

} // namespace

Frame ethernet(const std::string& to, const std::string& from, std::uint16_t type,
               const std::string& payload) {
    return mac_bytes(to) + mac_bytes(from) + be16(type) + payload;
}

std::string udp(const std::string& from, const std::string& to, const std::string& text) {
    const auto length = static_cast<unsigned>(text.size()) + 8;
    const auto ip = [&](unsigned sum) {
        return be16(0x4500) + be16(20 + length) + be16(1) + be16(0) + be16(64U << 8U | 17U) +
               be16(sum) + ip_bytes(from) + ip_bytes(to);
    };
    return ip(checksum(ip(0))) + be16(4000) + be16(5000) + be16(length) + be16(0) + text;
}

std::string arp(std::uint16_t operation, const std::string& sender_mac, const std::string& sender,
                const std::string& target) {
    return be16(1) + be16(type_ip) + be16(0x0604) + be16(operation) + mac_bytes(sender_mac) +
           ip_bytes(sender) + std::string(6, '\0') + ip_bytes(target);
}

TapGuest::TapGuest(const std::string& tap, std::string mac, std::string address)
    : fd_(os::open_file("/dev/net/tun", O_RDWR | O_NONBLOCK)), mac_(std::move(mac)),
      address_(std::move(address)) {
    ifreq request{};
    tap.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    if (::ioctl(fd_.get(), TUNSETIFF, &request) != 0) {
        throw os::errno_error("open tap " + tap);
    }
}

Frame TapGuest::packet(const std::string& to_mac, const std::string& to,
                       const std::string& text) const {
    return ethernet(to_mac, mac_, type_ip, udp(address_, to, text));
}

Frame TapGuest::question(const std::string& target) const {
    return ethernet(everybody, mac_, type_arp, arp(1, mac_, address_, target));
}

void TapGuest::send(const Frame& frame) const {
    const std::string bytes = std::string(header, '\0') + frame;
    if (::write(fd_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw os::errno_error("send a frame");
    }
}

std::vector<Frame> TapGuest::received() const {
    std::vector<Frame> frames;
    std::array<char, 2048> buffer{};
    for (;;) {
        const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
        if (got < static_cast<ssize_t>(header)) {
            return frames;
        }
        frames.emplace_back(buffer.data() + header, static_cast<std::size_t>(got) - header);
    }
}

bool TapGuest::meets(const std::string& target, std::chrono::milliseconds limit) const {
    using Clock = std::chrono::steady_clock;
    const std::string told = be16(2); // the operation
    for (const auto end = Clock::now() + limit; Clock::now() < end;) {
        send(question(target));
        for (const Frame& frame : received()) {
            if (frame.substr(12, 2) == be16(type_arp) && frame.substr(20, 2) == told &&
                frame.substr(28, 4) == ip_bytes(target)) {
                return true;
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

} // namespace banger::test
