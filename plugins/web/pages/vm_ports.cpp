#include "vm_ports.hpp"

#include "guest_url.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <charconv>
#include <map>
#include <optional>

namespace web {
namespace {

using nlohmann::json;

/// What is at one port: `protocol` first, so that those of TCP come before those of UDP.
struct PortKey {
    std::string protocol;
    std::uint64_t number = 0;
    auto operator<=>(const PortKey&) const = default;
};

/// From where it is reached: the further, the greater.
int reach_rank(const std::string& reach) {
    return reach == "network" ? 2 : reach == "loopback" ? 0 : 1;
}

std::string reach_of(const json& port, const json& vm) {
    const std::string address = line_in(port, "address", 45);
    if (address == "0.0.0.0" || address == "::" || address == field_text(vm, "ip")) {
        return "network";
    }
    const bool inside =
        address == "::1" || address.rfind("127.", 0) == 0 || address.rfind("::ffff:127.", 0) == 0;
    return inside ? "loopback" : address;
}

/// The agent's list as it came, or within an object as the plugin vsock keeps it.
const json& listening(const json& vm) {
    const json& ports = field(field_object(vm, "guest"), "ports");
    static const json none = json::array();
    return ports.is_array() ? ports : ports.is_object() ? field_list(ports, "ports") : none;
}

json empty_row(const PortKey& key) {
    return {{"PORT", key.number},
            {"PROTOCOL", key.protocol},
            {"PROCESS", ""},
            {"TITLE", ""},
            {"REACH", ""},
            {"LINK", false},
            {"NO_ANSWER", false},
            {"INSIDE", false},
            {"PUBLISHED", json::array()},
            {"IS_PUBLISHED", false}};
}

json guest_row(const PortKey& key, const json& port, const json& vm) {
    json row = empty_row(key);
    const std::string reach = reach_of(port, vm);
    const json& http = field(port, "http");
    row["PROCESS"] = line_in(port, "process", 40);
    row["TITLE"] = line_in(port, "title", 80);
    row["REACH"] = reach == "network"    ? "this machine"
                   : reach == "loopback" ? "inside only"
                                         : reach;
    row["INSIDE"] = reach == "loopback";
    row["RANK"] = reach_rank(reach);
    row["NO_ANSWER"] = http.is_boolean() && !http.get<bool>();
    if (reach == "network" && field_flag(port, "http")) {
        if (const std::string url = guest_url(vm, false, key.number); !url.empty()) {
            row["LINK"] = {{"URL", url}, {"TEXT", url.substr(7, url.size() - 8)}};
        }
    }
    return row;
}

struct PublishedPort {
    PortKey inside;
    std::string text;
};

/// "[ADDRESS:]HOST_PORT:VM_PORT[/udp]", as the plugin nat takes it.
std::optional<PublishedPort> read_published(std::string text) {
    PublishedPort published;
    const std::size_t slash = text.find('/');
    published.inside.protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
    text.resize(std::min(slash, text.size()));
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    const char* end = text.data() + text.size();
    const auto [stop, error] =
        std::from_chars(text.data() + colon + 1, end, published.inside.number);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    const std::string outside = line_text(text.substr(0, colon), 40);
    published.text = outside.find(':') == std::string::npos ? "localhost:" + outside : outside;
    return published;
}

} // namespace

json port_rows(const json& vm) {
    std::map<PortKey, json> rows;
    for (const json& port : listening(vm)) {
        const PortKey key{"tcp", field_count(port, "port")};
        if (key.number == 0 || key.number > 65535) {
            continue;
        }
        json row = guest_row(key, port, vm);
        const auto found = rows.find(key);
        if (found == rows.end() || found->second.at("RANK") < row.at("RANK")) {
            rows[key] = std::move(row);
        }
    }
    for (const json& text :
         field_list(field_object(field_object(vm, "options"), "nat"), "publish")) {
        const auto published =
            text.is_string() ? read_published(text.get<std::string>()) : std::nullopt;
        if (published) {
            json& row =
                rows.try_emplace(published->inside, empty_row(published->inside)).first->second;
            row["PUBLISHED"].push_back({{"TEXT", published->text}});
            row["IS_PUBLISHED"] = true;
        }
    }
    json list = json::array();
    for (auto& [key, row] : rows) {
        list.push_back(std::move(row));
    }
    return list;
}

} // namespace web
