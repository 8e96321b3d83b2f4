#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace banger::net {
struct Ipv4;
struct Link;
class Netlink;
struct Subnet;
} // namespace banger::net

namespace banger::privileged {

/// Whose an interface is, written on the interface itself (IFLA_IFALIAS, seen by `ip link`), so
/// that it is known after any crash: "banger uid=1000 tag=a1b2c3 since=8021".
struct Ownership {
    uid_t uid = 0;
    std::string tag; ///< which banger of that user; empty when it gave none
    long since = 0;  ///< seconds since boot when it was made: interfaces do not outlive a boot

    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<Ownership> parse(std::string_view alias);
    [[nodiscard]] static long now() noexcept;
};

/// The user this process works for: sudo's caller, else ourselves. Throws permission when the
/// environment says something that is no uid.
[[nodiscard]] uid_t caller_uid();

/// For whom banger made it, by its alias: the kernel lets a jail's user open a tap meanwhile.
/// Without one: whom the kernel lets open it.
[[nodiscard]] std::optional<uid_t> owner_of(const net::Link& link);
[[nodiscard]] bool is_own_tap(const net::Link& link, uid_t caller);
/// Throws conflict when this is no bridge that banger made for `caller`.
void require_own_bridge(const net::Link& link, uid_t caller);
/// The bridge of that name; throws not_found, too.
[[nodiscard]] net::Link own_bridge(net::Netlink& netlink, const std::string& name, uid_t caller);
/// The address that it has in this network. Throws conflict when it has none.
[[nodiscard]] net::Ipv4 address_in(net::Netlink& netlink, const net::Link& bridge,
                                   const net::Subnet& subnet);

} // namespace banger::privileged
