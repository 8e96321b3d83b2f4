#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vsock {

/// A TCP socket that listens in a guest.
struct Port {
    std::string address;
    std::uint16_t port = 0;
    std::string process;
    std::uint64_t pid = 0;
    std::optional<bool> http; ///< none: it was not asked
    std::string title;        ///< empty: there is none
};

/// Entries without an address or a port number are left out. Throws Refused.
[[nodiscard]] std::vector<Port> parse_ports(std::string_view body);
/// As the agent gives the list.
[[nodiscard]] nlohmann::json to_json(const std::vector<Port>& ports);

/// What an earlier answer with titles told of the same sockets is still true. False when one of
/// the sockets was not there before.
bool keep_titles(std::vector<Port>& ports, const std::vector<Port>& before);

/// From where it is reached: "network" where `vm_address` does, "loopback" from inside the guest
/// only, else the address that it listens on.
[[nodiscard]] std::string reach_of(const Port& port, const std::string& vm_address);
/// "http://HOST:8000/" for a port that speaks HTTP.
[[nodiscard]] std::string url_of(const Port& port, const std::string& host);

} // namespace vsock
