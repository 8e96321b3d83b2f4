#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::guest {

using Mac = std::array<unsigned char, 6>;

/// An IPv4 address with its prefix length.
struct Cidr {
    in_addr address{};
    unsigned prefix = 0;
};

struct Nic {
    std::string name;
    std::optional<Mac> mac;
    std::optional<Cidr> address;
    std::optional<in_addr> gateway;
    std::optional<unsigned> mtu;
};

struct HostEntry {
    std::string address;
    std::vector<std::string> names;
};

struct Resolv {
    std::vector<std::string> nameservers;
    std::vector<std::string> search;
};

struct UserKeys {
    std::string user;
    std::vector<std::string> keys;
};

struct HostKey {
    std::string type;
    std::string private_key;
    std::string public_key;
};

struct File {
    std::string path;
    mode_t mode = 0644;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string data;
};

enum class RootMode { overlay, copy };

/// What the host wants this guest to be: guest.json, version 1. An absent part is left as it is in
/// the guest.
struct Config {
    std::string hostname;
    std::string domain;
    std::string machine_id;
    RootMode root_mode = RootMode::overlay;
    std::vector<Nic> network;
    std::optional<Resolv> resolv;
    std::vector<HostEntry> hosts;
    std::vector<UserKeys> authorized_keys;
    std::vector<HostKey> ssh_host_keys;
    std::vector<File> files;
    std::string entropy;
    std::optional<std::int64_t> time_unix_ns;
};

/// Longest guest.json that parse_config takes.
inline constexpr std::size_t max_config_bytes = 16U << 20;

/// Reads guest.json. Unknown keys are skipped (an older guest under a newer host).
/// Throws std::invalid_argument naming the key, e.g. "guest.json: network[0].mac: ...".
[[nodiscard]] Config parse_config(std::string_view json);

} // namespace banger::guest
