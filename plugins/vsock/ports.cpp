#include "ports.hpp"

#include "guest_json.hpp"
#include "numbers.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;

constexpr std::size_t longest_address = 64;
constexpr std::size_t longest_process = 32;
constexpr std::size_t longest_title = 96;
constexpr std::uint64_t last_port = 65535;

} // namespace

std::vector<Port> parse_ports(std::string_view body) {
    const json object = parse_object(body);
    std::vector<Port> ports;
    for (const json& item : list_in(object, "ports")) {
        const std::uint64_t number = count_in(item, "port", last_port + 1);
        Port port;
        port.address = text_in(item, "address", longest_address);
        if (number == 0 || number > last_port || port.address.empty() ||
            ports.size() >= most_entries) {
            continue;
        }
        port.port = static_cast<std::uint16_t>(number);
        port.process = text_in(item, "process", longest_process);
        port.pid = count_in(item, "pid", most_count);
        if (member(item, "http").is_boolean()) {
            port.http = flag_in(item, "http");
        }
        port.title = text_in(item, "title", longest_title);
        ports.push_back(std::move(port));
    }
    return ports;
}

json to_json(const std::vector<Port>& ports) {
    json list = json::array();
    for (const Port& port : ports) {
        json item{{"address", port.address},
                  {"port", port.port},
                  {"process", port.process},
                  {"pid", port.pid}};
        if (port.http) {
            item["http"] = *port.http;
            item["title"] = port.title.empty() ? json(nullptr) : json(port.title);
        }
        list.push_back(std::move(item));
    }
    return {{"ports", std::move(list)}};
}

bool keep_titles(std::vector<Port>& ports, const std::vector<Port>& before) {
    bool all_known = true;
    for (Port& port : ports) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const Port& other) {
            return other.port == port.port && other.address == port.address &&
                   other.pid == port.pid && other.process == port.process;
        });
        if (!port.http && same != before.end()) {
            port.http = same->http;
            port.title = same->title;
        }
        all_known = all_known && same != before.end();
    }
    return all_known;
}

std::string reach_of(const Port& port, const std::string& vm_address) {
    if (port.address == "0.0.0.0" || port.address == "::" || port.address == vm_address) {
        return "network";
    }
    const bool loopback = port.address == "::1" || port.address.starts_with("127.") ||
                          port.address.starts_with("::ffff:127.");
    return loopback ? "loopback" : port.address;
}

std::string url_of(const Port& port, const std::string& host) {
    if (!port.http.value_or(false) || host.empty()) {
        return {};
    }
    return "http://" + host + (port.port == 80 ? "" : ":" + std::to_string(port.port)) + "/";
}

} // namespace vsock
