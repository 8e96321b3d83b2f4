#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

namespace dns {

/// Where a resolver listens.
struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;
    /// "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; false when the text is none of these.
    [[nodiscard]] static bool parse(const std::string& text, std::uint16_t port, Endpoint& out);
    /// The same with a port, "192.0.2.1:5353"; nothing when it is no address.
    [[nodiscard]] static std::optional<Endpoint> parse_fixed(const std::string& text);
    [[nodiscard]] std::string text() const; ///< "192.0.2.1:53", "[2001:db8::1]:53"
};

/// The addresses behind "nameserver" in a resolv.conf. Pure.
[[nodiscard]] std::vector<std::string> name_servers(std::string_view resolv_conf);

/// The IPv4 addresses of those that a guest can ask by itself: on port 53, and no loopback.
[[nodiscard]] std::vector<std::string> for_guests(const std::vector<Endpoint>& endpoints);

/// The resolvers that this machine uses: those of resolv.conf, or where that names only the stub
/// of systemd-resolved, those that resolved itself asks. Read again when the file has changed,
/// looked at no more than once a second. Not for several threads.
class Upstreams {
  public:
    struct Source {
        std::filesystem::path resolv_conf = "/etc/resolv.conf";
        std::filesystem::path behind_stub = "/run/systemd/resolve/resolv.conf";
        std::vector<std::string> fixed; ///< instead of any file: "192.0.2.1", "192.0.2.1:5353"
    };
    /// `own`: addresses at which we listen ourselves; asking them would go in a circle.
    Upstreams(Source source, std::vector<std::string> own);

    [[nodiscard]] const std::vector<Endpoint>& list();

  private:
    struct Stamp {
        std::filesystem::file_time_type time{};
        std::uintmax_t size = 0;
        bool operator==(const Stamp& other) const {
            return time == other.time && size == other.size;
        }
    };
    [[nodiscard]] static Stamp stamp(const std::filesystem::path& file);
    void read();

    Source source_;
    std::vector<std::string> own_;
    std::chrono::steady_clock::time_point looked_{};
    Stamp seen_, seen_behind_;
    std::vector<Endpoint> list_;
};

} // namespace dns
