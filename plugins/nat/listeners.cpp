#include "listeners.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>

namespace nat {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view tcp_listen = "0A"; // include/net/tcp_states.h
constexpr std::string_view udp_unconnected = "07";

/// One line of /proc/net/{tcp,udp}{,6}.
struct Socket {
    std::string address; ///< hex, the kernel's byte order
    std::uint16_t port = 0;
    std::string state;
    std::string inode;
};

std::optional<Socket> parse_line(const std::string& line) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    if (!(words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
          timeout >> inode)) {
        return std::nullopt;
    }
    const std::size_t colon = local.find(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    Socket socket{local.substr(0, colon), 0, state, inode};
    const char* end = local.data() + local.size();
    if (std::from_chars(local.data() + colon + 1, end, socket.port, 16).ptr != end) {
        return std::nullopt;
    }
    return socket;
}

/// Would a packet for `host` reach it?
bool covers(const Socket& socket, const std::string& host) {
    const bool any = socket.address.find_first_not_of('0') == std::string::npos;
    if (any || host.empty()) {
        return true;
    }
    in_addr wanted{};
    inet_pton(AF_INET, host.c_str(), &wanted);
    std::array<char, 9> hex{};
    std::snprintf(hex.data(), hex.size(), "%08X", wanted.s_addr);
    // The last word of a mapped IPv6 address is the IPv4 one.
    return socket.address.size() >= 8 &&
           socket.address.compare(socket.address.size() - 8, 8, hex.data()) == 0;
}

std::string name_of(const fs::path& process) {
    std::ifstream file(process / "comm");
    std::string name;
    std::getline(file, name);
    return name + " (pid " + process.filename().string() + ")";
}

/// The process that has a socket open, if the kernel lets us look.
std::string owner(const std::string& inode) {
    const std::string link = "socket:[" + inode + "]";
    std::error_code ignored; // processes end while we look, and those of others are closed to us
    for (const fs::directory_entry& process : fs::directory_iterator("/proc", ignored)) {
        const std::string pid = process.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        for (const fs::directory_entry& fd :
             fs::directory_iterator(process.path() / "fd", ignored)) {
            if (fs::read_symlink(fd.path(), ignored) == link) {
                return name_of(process.path());
            }
        }
    }
    return "a process of another user";
}

} // namespace

std::optional<std::string> listener(const Port& port) {
    const std::string_view state = port.protocol == "tcp" ? tcp_listen : udp_unconnected;
    for (const char* family : {"", "6"}) {
        std::ifstream table("/proc/net/" + port.protocol + family);
        std::string line;
        std::getline(table, line); // the heading
        while (std::getline(table, line)) {
            const auto socket = parse_line(line);
            if (socket && socket->state == state && socket->port == port.port &&
                covers(*socket, port.host)) {
                return owner(socket->inode);
            }
        }
    }
    return std::nullopt;
}

} // namespace nat
