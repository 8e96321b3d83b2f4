#include "privileged/arguments.hpp"

#include "net/address.hpp"
#include "net/mac.hpp"
#include "os/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::size_t max_name = 15; // IFNAMSIZ without its NUL

[[noreturn]] void refuse(const std::string& key, const std::string& expected) {
    throw Error(ErrorKind::invalid, "argument \"" + key + "\" must be " + expected);
}

bool is_lower_alnum(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

} // namespace

bool is_bridge_name(std::string_view name) noexcept {
    return name.size() <= max_name && name.substr(0, 6) == "banger" &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_lower_alnum(c) || c == '-'; });
}

bool is_tap_name(std::string_view name) noexcept {
    return name.size() > 3 && name.size() <= max_name && name.substr(0, 3) == "bgr" &&
           std::all_of(name.begin(), name.end(), is_lower_alnum);
}

Arguments::Arguments(const nlohmann::json& object) : object_(object) {
    if (!object.is_object()) {
        throw Error(ErrorKind::invalid, "the arguments must be one JSON object");
    }
}

const nlohmann::json* Arguments::find(const char* key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    return found != object_.end() ? &*found : nullptr;
}

const nlohmann::json& Arguments::get(const char* key) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) {
        throw Error(ErrorKind::invalid, "argument \"" + std::string(key) + "\" is missing");
    }
    return *value;
}

std::string Arguments::word(const char* key) {
    const nlohmann::json& value = get(key);
    if (!value.is_string() || value.get_ref<const std::string&>().size() > 64) {
        refuse(key, "a short string");
    }
    return value.get<std::string>();
}

std::filesystem::path Arguments::path(const char* key, std::size_t limit) {
    const nlohmann::json& value = get(key);
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    if (text.empty() || text.size() > limit || text.front() != '/' ||
        text.find('\0') != std::string::npos) {
        refuse(key, "an absolute path of up to " + std::to_string(limit) + " bytes");
    }
    return text;
}

std::string Arguments::bridge(const char* key) {
    std::string name = word(key);
    if (!is_bridge_name(name)) {
        refuse(key, "\"banger\" or begin with it, of a-z, 0-9 and -, within 15 bytes");
    }
    return name;
}

std::string Arguments::tap(const char* key) {
    std::string name = word(key);
    if (!is_tap_name(name)) {
        refuse(key, "\"bgr\" and 1 to 12 of a-z and 0-9");
    }
    return name;
}

std::string Arguments::tag(const char* key) {
    if (find(key) == nullptr) {
        return {};
    }
    std::string tag = word(key);
    if (tag.empty() || tag.size() > 12 || !std::all_of(tag.begin(), tag.end(), is_lower_alnum)) {
        refuse(key, "1 to 12 of a-z and 0-9");
    }
    return tag;
}

net::InterfaceAddress Arguments::address(const char* key) {
    const auto address = net::InterfaceAddress::parse(word(key));
    const net::Subnet subnet = address.subnet();
    if (address.prefix < 16 || address.prefix > 30) {
        refuse(key, "in a network of /16 to /30");
    }
    if (!net::is_private(subnet)) {
        refuse(key, "in a private network (10/8, 172.16/12, 192.168/16, 100.64/10, 198.18/15)");
    }
    if (address.address == subnet.network || address.address == subnet.broadcast()) {
        refuse(key, "a host's address, not that of the network or the broadcast");
    }
    return address;
}

net::Ipv4 Arguments::ipv4(const char* key) {
    const auto address = net::Ipv4::parse(word(key));
    if (!address) {
        refuse(key, "an IPv4 address");
    }
    return *address;
}

std::optional<net::Ipv4> Arguments::optional_ipv4(const char* key) {
    const nlohmann::json* value = find(key);
    return value == nullptr || value->is_null() ? std::nullopt : std::optional(ipv4(key));
}

net::Mac Arguments::mac(const char* key) {
    const auto mac = net::Mac::parse(word(key));
    if (!mac || *mac == net::Mac{} || (mac->bytes[0] & 1U) != 0) {
        refuse(key, "the hardware address of one card, \"02:00:00:00:00:01\"");
    }
    return *mac;
}

std::vector<net::Subnet> Arguments::subnets(const char* key, std::size_t limit) {
    std::vector<net::Subnet> result;
    for (const nlohmann::json& item : list(key, limit)) {
        if (!item.is_string() || item.get_ref<const std::string&>().size() > 18) {
            refuse(key, "a list of networks, \"192.0.2.0/24\"");
        }
        result.push_back(net::Subnet::parse(item.get<std::string>()));
    }
    std::sort(result.begin(), result.end(), [](const net::Subnet& a, const net::Subnet& b) {
        return std::pair(a.prefix, a.network) < std::pair(b.prefix, b.network);
    });
    std::vector<net::Subnet> outer;
    for (const net::Subnet& subnet : result) { // wide ones first
        if (std::none_of(outer.begin(), outer.end(),
                         [&](const net::Subnet& wide) { return wide.overlaps(subnet); })) {
            outer.push_back(subnet);
        }
    }
    return outer;
}

bool Arguments::flag(const char* key) {
    const nlohmann::json& value = get(key);
    if (!value.is_boolean()) {
        refuse(key, "true or false");
    }
    return value.get<bool>();
}

std::uint16_t Arguments::port(const char* key) {
    return static_cast<std::uint16_t>(number(key, 1, 65535));
}

std::uint64_t Arguments::number(const char* key, std::uint64_t min, std::uint64_t max) {
    const nlohmann::json& value = get(key);
    const bool whole =
        value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
    if (!whole || value.get<std::uint64_t>() < min || value.get<std::uint64_t>() > max) {
        refuse(key, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return value.get<std::uint64_t>();
}

int Arguments::mtu(const char* key) {
    return find(key) == nullptr ? 1500 : static_cast<int>(number(key, 576, 65535));
}

uid_t Arguments::uid(const char* key) {
    // The highest number means "no user" to the kernel.
    return static_cast<uid_t>(number(key, 0, std::numeric_limits<uid_t>::max() - 1));
}

const nlohmann::json& Arguments::list(const char* key, std::size_t limit) {
    const nlohmann::json& value = get(key);
    if (!value.is_array() || value.size() > limit) {
        refuse(key, "a list of at most " + std::to_string(limit));
    }
    return value;
}

const nlohmann::json& Arguments::object(const char* key) {
    const nlohmann::json& value = get(key);
    if (!value.is_object()) {
        refuse(key, "an object");
    }
    return value;
}

void Arguments::finish() const {
    for (const auto& [key, value] : object_.items()) {
        if (asked_.find(key) == asked_.end()) {
            throw Error(ErrorKind::invalid, "unknown argument \"" + key.substr(0, 64) + "\"");
        }
    }
}

} // namespace banger::privileged
