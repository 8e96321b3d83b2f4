#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nat {

/// What a VM with NAT may reach: "open", "none", or
/// "allow=192.0.2.0/24,198.51.100.7,deb.debian.org".
struct Egress {
    bool open = true;
    std::vector<std::string> networks; ///< "192.0.2.0/24", nothing set behind the prefix
    std::vector<std::string> names;    ///< lower case, without a dot at the end

    static constexpr std::size_t most_items = 64; ///< networks and names of one list
    /// Throws banger::Error (E_INVALID) naming the part that is wrong.
    [[nodiscard]] static Egress parse(std::string_view text);
    bool operator==(const Egress& other) const {
        return open == other.open && networks == other.networks && names == other.names;
    }
};

/// Is the address in the network, both as text? False for what is none.
[[nodiscard]] bool is_within(const std::string& address, const std::string& network);

/// The IPv4 addresses of a name, as the host's resolver knows them now; empty when there are none.
/// Blocks.
[[nodiscard]] std::vector<std::string> look_up(const std::string& name);

} // namespace nat
