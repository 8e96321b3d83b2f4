#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::net {
struct InterfaceAddress;
struct Ipv4;
struct Mac;
struct Subnet;
} // namespace banger::net

namespace banger::privileged {

/// The arguments of one verb, read key by key. Whoever writes them may be hostile: every value is
/// checked by what it is, and a key that no one asked for is an error. All throw invalid.
class Arguments {
  public:
    /// `object` must outlive this.
    explicit Arguments(const nlohmann::json& object);

    [[nodiscard]] std::string bridge(const char* key); ///< "banger" or "banger[0-9a-z-]*"
    [[nodiscard]] std::string tap(const char* key);    ///< "bgr[0-9a-z]{1,12}"
    /// [0-9a-z]{1,12}, or empty when absent: which banger of this user an interface belongs to.
    [[nodiscard]] std::string tag(const char* key);
    /// A host's address in a private network of /16 to /30.
    [[nodiscard]] net::InterfaceAddress address(const char* key);
    [[nodiscard]] net::Ipv4 ipv4(const char* key);
    /// Nothing when absent or null.
    [[nodiscard]] std::optional<net::Ipv4> optional_ipv4(const char* key);
    [[nodiscard]] net::Mac mac(const char* key); ///< of one card: no group's, not zero
    /// At most `limit` networks; those inside another one are left out.
    [[nodiscard]] std::vector<net::Subnet> subnets(const char* key, std::size_t limit);
    [[nodiscard]] bool flag(const char* key);
    [[nodiscard]] std::uint16_t port(const char* key); ///< 1..65535
    [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t min, std::uint64_t max);
    [[nodiscard]] int mtu(const char* key); ///< 576..65535, 1500 when absent
    [[nodiscard]] uid_t uid(const char* key);
    /// An array of objects with at most `limit` elements.
    [[nodiscard]] const nlohmann::json& list(const char* key, std::size_t limit);
    [[nodiscard]] const nlohmann::json& object(const char* key);
    [[nodiscard]] std::string word(const char* key); ///< any string of up to 64 bytes
    /// An absolute one of up to `limit` bytes. Nothing is said of what is there.
    [[nodiscard]] std::filesystem::path path(const char* key, std::size_t limit);

    void finish() const; ///< throws when a key was not asked for

  private:
    [[nodiscard]] const nlohmann::json* find(const char* key);
    [[nodiscard]] const nlohmann::json& get(const char* key);

    const nlohmann::json& object_;
    std::set<std::string> asked_;
};

[[nodiscard]] bool is_bridge_name(std::string_view name) noexcept;
[[nodiscard]] bool is_tap_name(std::string_view name) noexcept;

} // namespace banger::privileged
