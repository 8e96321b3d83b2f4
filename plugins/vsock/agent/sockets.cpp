#include "sockets.hpp"

#include "proc_file.hpp"
#include "words.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

namespace agent {
namespace {

constexpr std::size_t most_ports = 256;

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

/// The kernel prints each 32-bit word of an address as the machine reads it.
std::optional<std::string> parse_address(std::string_view hex) {
    std::array<std::uint32_t, 4> address{};
    const std::size_t count = hex.size() / 8;
    if ((count != 1 && count != 4) || hex.size() % 8 != 0) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto word = parse_number(hex.substr(i * 8, 8), 16);
        if (!word) {
            return std::nullopt;
        }
        address.at(i) = static_cast<std::uint32_t>(*word);
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(count == 1 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
    return std::string(text.data());
}

/// The inode behind "socket:[123]".
std::optional<std::uint64_t> socket_inode(const std::string& link) {
    std::array<char, 64> target{};
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    const std::string_view text(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    constexpr std::string_view prefix = "socket:[";
    if (!text.starts_with(prefix) || text.back() != ']') {
        return std::nullopt;
    }
    return parse_number(text.substr(prefix.size(), text.size() - prefix.size() - 1));
}

/// Finds the process of each socket; the first one by number, which is the parent of those that
/// share it.
std::map<std::uint64_t, std::uint64_t> owners(const std::map<std::uint64_t, bool>& wanted) {
    std::map<std::uint64_t, std::uint64_t> found;
    const Folder processes(::opendir("/proc"), ::closedir);
    while (const dirent* process = processes == nullptr ? nullptr : ::readdir(processes.get())) {
        const auto pid = parse_number(process->d_name);
        if (!pid || found.size() == wanted.size()) {
            continue;
        }
        const std::string path = "/proc/" + std::to_string(*pid) + "/fd";
        const Folder files(::opendir(path.c_str()), ::closedir);
        while (const dirent* file = files == nullptr ? nullptr : ::readdir(files.get())) {
            const auto inode = socket_inode(path + "/" + file->d_name);
            if (inode && wanted.count(*inode) != 0) {
                found.emplace(*inode, *pid);
            }
        }
    }
    return found;
}

} // namespace

std::vector<TcpSocket> parse_tcp(std::string_view text) {
    std::vector<TcpSocket> out;
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = words(line);
        if (fields.size() < 10) {
            continue;
        }
        const auto colon = fields[1].find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        const auto address = parse_address(fields[1].substr(0, colon));
        const auto port = parse_number(fields[1].substr(colon + 1), 16);
        const auto state = parse_number(fields[3], 16);
        const auto inode = parse_number(fields[9]);
        if (address && port && state && inode && *port <= 65535) {
            out.push_back({*address, static_cast<std::uint16_t>(*port),
                           static_cast<unsigned>(*state), *inode});
        }
    }
    return out;
}

std::vector<TcpSocket> tcp_sockets() {
    std::vector<TcpSocket> out = parse_tcp(read_proc("/proc/net/tcp"));
    for (TcpSocket& socket : parse_tcp(read_proc("/proc/net/tcp6"))) {
        out.push_back(std::move(socket));
    }
    return out;
}

bool listens(const std::vector<TcpSocket>& sockets, std::uint16_t port) {
    return std::any_of(sockets.begin(), sockets.end(), [port](const TcpSocket& socket) {
        return socket.port == port && socket.state == tcp_listen;
    });
}

std::vector<OpenPort> listening_ports() {
    std::vector<TcpSocket> sockets = tcp_sockets();
    std::erase_if(sockets, [](const TcpSocket& one) { return one.state != tcp_listen; });
    const auto order = [](const TcpSocket& one) { return std::tie(one.port, one.address); };
    std::sort(sockets.begin(), sockets.end(),
              [&](const TcpSocket& a, const TcpSocket& b) { return order(a) < order(b); });
    sockets.erase(
        std::unique(sockets.begin(), sockets.end(),
                    [&](const TcpSocket& a, const TcpSocket& b) { return order(a) == order(b); }),
        sockets.end());
    sockets.resize(std::min(sockets.size(), most_ports));
    std::map<std::uint64_t, bool> wanted;
    for (const TcpSocket& socket : sockets) {
        wanted[socket.inode] = true;
    }
    const auto found = owners(wanted);
    std::vector<OpenPort> out;
    for (const TcpSocket& socket : sockets) {
        OpenPort port{socket.address, socket.port, {}, 0};
        if (const auto it = found.find(socket.inode); it != found.end()) {
            port.pid = it->second;
            const std::string name = read_proc("/proc/" + std::to_string(port.pid) + "/comm");
            port.process = printable(name.substr(0, name.find('\n')), 64);
        }
        out.push_back(std::move(port));
    }
    return out;
}

} // namespace agent
