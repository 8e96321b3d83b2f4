#include "privileged/ownership.hpp"

#include "net/link.hpp"
#include "os/error.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <unistd.h>

namespace banger::privileged {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

} // namespace

std::string Ownership::text() const {
    return "banger uid=" + std::to_string(uid) + (tag.empty() ? "" : " tag=" + tag) +
           " since=" + std::to_string(since);
}

std::optional<Ownership> Ownership::parse(std::string_view alias) {
    std::optional<uid_t> uid;
    Ownership result;
    bool first = true;
    while (!alias.empty()) {
        const std::string_view word = alias.substr(0, alias.find(' '));
        alias.remove_prefix(std::min(alias.size(), word.size() + 1));
        if (first && word != "banger") {
            return std::nullopt;
        }
        first = false;
        if (word.substr(0, 4) == "uid=") {
            uid = number<uid_t>(word.substr(4));
        } else if (word.substr(0, 4) == "tag=") {
            result.tag = word.substr(4);
        } else if (word.substr(0, 6) == "since=") {
            result.since = number<long>(word.substr(6)).value_or(0);
        }
    }
    if (!uid) {
        return std::nullopt;
    }
    result.uid = *uid;
    return result;
}

long Ownership::now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec;
}

uid_t caller_uid() {
    // sudo makes the real user root as well. Were this program ever installed setuid, the real user
    // would be the caller, and the environment whatever that one likes.
    const char* sudo = ::getuid() == 0 ? std::getenv("SUDO_UID") : nullptr;
    if (sudo == nullptr) {
        return ::getuid();
    }
    const auto uid = number<std::uint32_t>(sudo);
    if (!uid || *uid == UINT32_MAX) {
        throw os::Error(os::ErrorKind::permission, "SUDO_UID is not a user id");
    }
    return *uid;
}

std::optional<uid_t> owner_of(const net::Link& link) {
    const auto owner = Ownership::parse(link.alias);
    return owner ? std::optional(owner->uid) : link.tap_owner;
}

bool is_own_tap(const net::Link& link, uid_t caller) {
    return link.kind == "tun" && owner_of(link) == caller;
}

void require_own_bridge(const net::Link& link, uid_t caller) {
    const auto owner = Ownership::parse(link.alias);
    if (link.kind != "bridge" || !owner || owner->uid != caller) {
        throw os::Error(os::ErrorKind::conflict,
                        "interface " + link.name + " is not a bridge of yours");
    }
}

net::Link own_bridge(net::Netlink& netlink, const std::string& name, uid_t caller) {
    auto link = net::find_link(netlink, name);
    if (!link) {
        throw os::Error(os::ErrorKind::not_found, "there is no bridge " + name);
    }
    require_own_bridge(*link, caller);
    return std::move(*link);
}

net::Ipv4 address_in(net::Netlink& netlink, const net::Link& bridge, const net::Subnet& subnet) {
    for (const net::InterfaceAddress& address : net::addresses_of(netlink, bridge.index)) {
        if (address.subnet() == subnet) {
            return address.address;
        }
    }
    throw os::Error(os::ErrorKind::conflict,
                    "bridge " + bridge.name + " is not in network " + subnet.text());
}

} // namespace banger::privileged
