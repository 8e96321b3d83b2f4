#include "upstreams.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

namespace dns {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::size_t max_servers = 8;
constexpr std::chrono::seconds look_again{1};

std::string read_file(const std::filesystem::path& path) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The stub of systemd-resolved, or its proxy.
bool is_stub(const std::string& server) {
    return server == "127.0.0.53" || server == "127.0.0.54";
}

} // namespace

bool Endpoint::parse(const std::string& text, std::uint16_t port, Endpoint& out) {
    out = {};
    sockaddr_in four{};
    if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        std::memcpy(&out.address, &four, sizeof four);
        out.size = sizeof four;
        return true;
    }
    const std::size_t percent = text.find('%');
    sockaddr_in6 six{};
    if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &six.sin6_addr) != 1) {
        return false;
    }
    if (percent != std::string::npos) {
        six.sin6_scope_id = if_nametoindex(text.c_str() + percent + 1);
    }
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&out.address, &six, sizeof six);
    out.size = sizeof six;
    return true;
}

std::optional<Endpoint> Endpoint::parse_fixed(const std::string& text) {
    // A port stands only behind a single colon, which no IPv6 address has.
    const std::size_t colon = text.find(':');
    std::uint16_t port = dns_port;
    std::string host = text;
    if (colon != std::string::npos && text.find(':', colon + 1) == std::string::npos) {
        host = text.substr(0, colon);
        const char* end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data() + colon + 1, end, port);
        if (error != std::errc{} || last != end || port == 0) {
            return std::nullopt;
        }
    }
    Endpoint endpoint;
    return parse(host, port, endpoint) ? std::optional(endpoint) : std::nullopt;
}

std::string Endpoint::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        inet_ntop(AF_INET6, &six.sin6_addr, buffer.data(), buffer.size());
        return "[" + std::string(buffer.data()) + "]:" + std::to_string(ntohs(six.sin6_port));
    }
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &four.sin_addr, buffer.data(), buffer.size());
    return std::string(buffer.data()) + ":" + std::to_string(ntohs(four.sin_port));
}

std::vector<std::string> name_servers(std::string_view resolv_conf) {
    std::vector<std::string> servers;
    std::istringstream lines{std::string(resolv_conf)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string keyword;
        std::string address;
        if (words >> keyword >> address && keyword == "nameserver" &&
            std::find(servers.begin(), servers.end(), address) == servers.end()) {
            servers.push_back(address);
        }
    }
    return servers;
}

std::vector<std::string> for_guests(const std::vector<Endpoint>& endpoints) {
    std::vector<std::string> addresses;
    for (const Endpoint& endpoint : endpoints) {
        sockaddr_in address{};
        std::memcpy(&address, &endpoint.address, sizeof address);
        constexpr std::uint32_t loopback = 127;
        if (address.sin_family != AF_INET || ntohs(address.sin_port) != 53 ||
            ntohl(address.sin_addr.s_addr) >> 24U == loopback) {
            continue;
        }
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        addresses.emplace_back(text.data());
    }
    return addresses;
}

Upstreams::Upstreams(Source source, std::vector<std::string> own)
    : source_(std::move(source)), own_(std::move(own)) {}

Upstreams::Stamp Upstreams::stamp(const std::filesystem::path& file) {
    std::error_code missing; // a file that is not there has a stamp of its own: this one
    Stamp stamp{std::filesystem::last_write_time(file, missing),
                std::filesystem::file_size(file, missing)};
    return missing ? Stamp() : stamp;
}

const std::vector<Endpoint>& Upstreams::list() {
    const auto now = std::chrono::steady_clock::now();
    if (looked_ != std::chrono::steady_clock::time_point() && now - looked_ < look_again) {
        return list_;
    }
    const bool first = looked_ == std::chrono::steady_clock::time_point();
    looked_ = now;
    const Stamp main = stamp(source_.resolv_conf);
    const Stamp behind = stamp(source_.behind_stub);
    if (first || !(main == seen_) || !(behind == seen_behind_)) {
        seen_ = main;
        seen_behind_ = behind;
        read();
    }
    return list_;
}

void Upstreams::read() {
    list_.clear();
    if (!source_.fixed.empty()) {
        for (const std::string& text : source_.fixed) {
            if (const auto endpoint = Endpoint::parse_fixed(text)) {
                list_.push_back(*endpoint);
            }
        }
        return;
    }
    std::vector<std::string> servers = name_servers(read_file(source_.resolv_conf));
    if (!servers.empty() && std::all_of(servers.begin(), servers.end(), is_stub)) {
        // Past the stub: it sends what it does not know of ".vm" to us.
        auto real = name_servers(read_file(source_.behind_stub));
        servers = real.empty() ? servers : std::move(real);
    }
    for (const std::string& server : servers) {
        Endpoint endpoint;
        const bool own = std::find(own_.begin(), own_.end(), server) != own_.end();
        if (!own && list_.size() < max_servers && Endpoint::parse(server, dns_port, endpoint)) {
            list_.push_back(endpoint);
        }
    }
}

} // namespace dns
