#include "guest/config.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "guest/base64.hpp"

namespace banger::guest {
namespace {

using nlohmann::json;

/// One value of the document together with its path, so that every complaint can name it.
class Value {
  public:
    Value(const json& value, std::string path) : value_(&value), path_(std::move(path)) {}

    [[noreturn]] void refuse(const std::string& why) const {
        throw std::invalid_argument("guest.json: " + path_ + ": " + why);
    }

    [[nodiscard]] std::optional<Value> find(const char* key) const {
        auto it = value_->find(key);
        if (it == value_->end() || it->is_null())
            return std::nullopt;
        return Value(*it, path_.empty() ? key : path_ + "." + key);
    }

    [[nodiscard]] Value need(const char* key) const {
        auto found = find(key);
        if (!found)
            refuse(std::string("'") + key + "' is missing");
        return *found;
    }

    const Value& object() const {
        if (!value_->is_object())
            refuse("must be an object");
        return *this;
    }

    [[nodiscard]] std::vector<Value> list(std::size_t limit) const {
        if (!value_->is_array())
            refuse("must be a list");
        if (value_->size() > limit)
            refuse("has more than " + std::to_string(limit) + " entries");
        std::vector<Value> out;
        for (std::size_t i = 0; i < value_->size(); ++i)
            out.emplace_back((*value_)[i], path_ + "[" + std::to_string(i) + "]");
        return out;
    }

    [[nodiscard]] std::vector<std::pair<std::string, Value>> members(std::size_t limit) const {
        object();
        if (value_->size() > limit)
            refuse("has more than " + std::to_string(limit) + " members");
        std::vector<std::pair<std::string, Value>> out;
        for (const auto& [key, value] : value_->items())
            out.emplace_back(key, Value(value, path_ + "." + key));
        return out;
    }

    [[nodiscard]] std::string text(std::size_t limit) const {
        if (!value_->is_string())
            refuse("must be a string");
        auto out = value_->get<std::string>();
        if (out.size() > limit)
            refuse("is longer than " + std::to_string(limit) + " bytes");
        if (out.find('\0') != std::string::npos)
            refuse("contains a NUL byte");
        return out;
    }

    /// A string that ends up as (part of) one line of a configuration file.
    [[nodiscard]] std::string line(std::size_t limit) const {
        auto out = text(limit);
        if (std::any_of(out.begin(), out.end(),
                        [](unsigned char c) { return c < 0x20 && c != '\t'; }))
            refuse("contains a control character");
        return out;
    }

    [[nodiscard]] std::int64_t number(std::int64_t min, std::int64_t max) const {
        if (!value_->is_number_integer())
            refuse("must be a whole number");
        if (value_->is_number_unsigned() &&
            value_->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
            refuse("is too large");
        auto out = value_->get<std::int64_t>();
        if (out < min || out > max)
            refuse("must be between " + std::to_string(min) + " and " + std::to_string(max));
        return out;
    }

    [[nodiscard]] std::string bytes(std::size_t limit) const {
        auto decoded = decode_base64(text(limit));
        if (!decoded)
            refuse("is not base64");
        return *decoded;
    }

  private:
    const json* value_;
    std::string path_;
};

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// Dot-separated labels of letters, digits and inner dashes.
std::string domain_name(const Value& value) {
    auto name = value.text(253);
    std::size_t start = 0;
    while (start <= name.size()) {
        auto end = std::min(name.find('.', start), name.size());
        auto label = std::string_view(name).substr(start, end - start);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
            !std::all_of(label.begin(), label.end(), is_name_char))
            value.refuse("'" + name + "' is not a valid name");
        start = end + 1;
    }
    return name;
}

std::string hostname(const Value& value) {
    auto name = domain_name(value);
    if (name.size() > 64)
        value.refuse("is longer than 64 characters");
    return name;
}

std::string machine_id(const Value& value) {
    auto id = value.text(32);
    auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (id.size() != 32 || !std::all_of(id.begin(), id.end(), hex))
        value.refuse("must be 32 lower-case hex digits");
    return id;
}

std::string ip_address(const Value& value) {
    auto text = value.text(INET6_ADDRSTRLEN);
    unsigned char buffer[sizeof(in6_addr)];
    if (inet_pton(AF_INET, text.c_str(), buffer) != 1 &&
        inet_pton(AF_INET6, text.c_str(), buffer) != 1)
        value.refuse("'" + text + "' is not an IP address");
    return text;
}

in_addr ipv4(const Value& value, const std::string& text) {
    in_addr out{};
    if (inet_pton(AF_INET, text.c_str(), &out) != 1)
        value.refuse("'" + text + "' is not an IPv4 address");
    return out;
}

Cidr cidr(const Value& value) {
    auto text = value.text(18);
    auto slash = text.find('/');
    if (slash == std::string::npos)
        value.refuse("'" + text + "' has no prefix length (ADDRESS/PREFIX)");
    Cidr out;
    out.address = ipv4(value, text.substr(0, slash));
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data() + slash + 1, end, out.prefix);
    if (error != std::errc{} || stop != end || out.prefix > 32)
        value.refuse("the prefix length must be 0 to 32");
    return out;
}

Mac mac(const Value& value) {
    auto text = value.text(17);
    Mac out{};
    bool good = text.size() == 17;
    for (std::size_t i = 0; good && i < out.size(); ++i) {
        const char* at = text.data() + i * 3;
        auto [stop, error] = std::from_chars(at, at + 2, out[i], 16);
        good = error == std::errc{} && stop == at + 2 && (i == 5 || at[2] == ':');
    }
    if (!good)
        value.refuse("'" + text + "' is not a MAC address");
    if ((out[0] & 1) != 0)
        value.refuse("'" + text + "' is a multicast address");
    return out;
}

std::string interface_name(const Value& value) {
    auto name = value.text(15);
    auto bad = [](unsigned char c) { return c <= ' ' || c == '/' || c == ':' || c > '~'; };
    if (name.empty() || name == "." || name == ".." || std::any_of(name.begin(), name.end(), bad))
        value.refuse("'" + name + "' is not an interface name");
    return name;
}

/// An absolute path to a file, with no "..", so that a log of what is written can be read
/// literally.
std::string file_path(const Value& value) {
    auto path = value.line(4095);
    if (path.size() < 2 || path.front() != '/' || path.back() == '/')
        value.refuse("must be an absolute file path");
    if ((path + "/").find("/../") != std::string::npos)
        value.refuse("must not contain '..'");
    return path;
}

Nic nic(const Value& value) {
    value.object();
    Nic out;
    out.name = interface_name(value.need("name"));
    if (auto v = value.find("mac"))
        out.mac = mac(*v);
    if (auto v = value.find("address"))
        out.address = cidr(*v);
    if (auto v = value.find("gateway"))
        out.gateway = ipv4(*v, v->text(15));
    if (auto v = value.find("mtu"))
        out.mtu = static_cast<unsigned>(v->number(68, 65535));
    if (out.gateway && !out.address)
        value.refuse("a gateway needs an address");
    return out;
}

HostEntry host_entry(const Value& value) {
    value.object();
    HostEntry out{.address = ip_address(value.need("address")), .names = {}};
    for (const auto& name : value.need("names").list(64))
        out.names.push_back(domain_name(name));
    if (out.names.empty())
        value.refuse("needs at least one name");
    return out;
}

Resolv resolv(const Value& value) {
    value.object();
    Resolv out;
    if (auto v = value.find("nameservers"))
        for (const auto& server : v->list(8))
            out.nameservers.push_back(ip_address(server));
    if (auto v = value.find("search"))
        for (const auto& domain : v->list(16))
            out.search.push_back(domain_name(domain));
    return out;
}

UserKeys user_keys(const std::string& user, const Value& value) {
    auto bad = [](unsigned char c) { return c <= ' ' || c == ':' || c == '/' || c > '~'; };
    if (user.empty() || user.size() > 32 || std::any_of(user.begin(), user.end(), bad))
        value.refuse("'" + user + "' is not a user name");
    UserKeys out{.user = user, .keys = {}};
    for (const auto& key : value.list(256))
        out.keys.push_back(key.line(16384));
    return out;
}

HostKey host_key(const Value& value) {
    value.object();
    HostKey out;
    out.type = value.need("type").text(16);
    if (out.type != "ed25519" && out.type != "ecdsa" && out.type != "rsa")
        value.need("type").refuse("'" + out.type + "' is not one of ed25519, ecdsa, rsa");
    out.private_key = value.need("private").text(16384);
    out.public_key = value.need("public").text(16384);
    return out;
}

File file(const Value& value) {
    value.object();
    File out;
    out.path = file_path(value.need("path"));
    if (auto v = value.find("mode"))
        out.mode = static_cast<mode_t>(v->number(0, 07777));
    if (auto v = value.find("uid"))
        out.uid = static_cast<uid_t>(v->number(0, UINT32_MAX - 1));
    if (auto v = value.find("gid"))
        out.gid = static_cast<gid_t>(v->number(0, UINT32_MAX - 1));
    out.data = value.need("data").bytes(max_config_bytes);
    return out;
}

RootMode root_mode(const Value& value) {
    auto mode = value.object().need("mode");
    auto text = mode.text(16);
    if (text == "overlay")
        return RootMode::overlay;
    if (text == "copy")
        return RootMode::copy;
    mode.refuse("'" + text + "' is not one of overlay, copy");
}

json parse(std::string_view text) {
    if (text.size() > max_config_bytes)
        throw std::invalid_argument("guest.json: is longer than " +
                                    std::to_string(max_config_bytes) + " bytes");
    // The parser keeps its own stack, so depth costs memory only; the size limit bounds that.
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw std::invalid_argument(std::string("guest.json: ") + error.what());
    }
}

} // namespace

Config parse_config(std::string_view text) {
    const json document = parse(text);
    const Value root(document, "");
    if (!document.is_object())
        throw std::invalid_argument("guest.json: must be an object");
    auto version = root.find("version");
    if (!version)
        throw std::invalid_argument("guest.json: 'version' is missing");
    if (auto v = version->number(0, INT64_MAX); v != 1)
        version->refuse(std::to_string(v) + " is not supported, this guest knows version 1");

    Config out;
    if (auto v = root.find("hostname"))
        out.hostname = hostname(*v);
    if (auto v = root.find("domain"))
        out.domain = domain_name(*v);
    if (auto v = root.find("machine_id"))
        out.machine_id = machine_id(*v);
    if (auto v = root.find("root"))
        out.root_mode = root_mode(*v);
    if (auto v = root.find("network"))
        for (const auto& entry : v->list(16))
            out.network.push_back(nic(entry));
    if (auto v = root.find("resolv"))
        out.resolv = resolv(*v);
    if (auto v = root.find("hosts"))
        for (const auto& entry : v->list(1024))
            out.hosts.push_back(host_entry(entry));
    if (auto v = root.find("authorized_keys"))
        for (const auto& [user, keys] : v->members(64))
            out.authorized_keys.push_back(user_keys(user, keys));
    if (auto v = root.find("ssh_host_keys"))
        for (const auto& entry : v->list(8))
            out.ssh_host_keys.push_back(host_key(entry));
    if (auto v = root.find("files"))
        for (const auto& entry : v->list(256))
            out.files.push_back(file(entry));
    if (auto v = root.find("entropy"))
        out.entropy = v->bytes(8192);
    if (auto v = root.find("time_unix_ns"))
        out.time_unix_ns = v->number(0, INT64_MAX);
    return out;
}

} // namespace banger::guest
