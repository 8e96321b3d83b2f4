#include "config.hpp"

#include <banger/plugin.hpp>

#include <charconv>

#include <nlohmann/json.hpp>

namespace web {

using banger::Error;

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "web_listen_addr": {"type": "string", "maxLength": 64, "default": "127.0.0.1:7777",
                        "description": "address and port of the web console, on loopback; empty: none"},
    "other_port": {"type": "boolean", "default": false,
                   "description": "take the next free port when that one is taken"},
    "file_roots": {"type": "array", "default": [], "maxItems": 16,
                   "items": {"type": "string", "pattern": "^/", "maxLength": 1024},
                   "description": "folders in which paths can be picked; none: the home of your user"}
  }
})";

Config read_config(std::string_view text) {
    const auto read = nlohmann::json::parse(text.empty() ? "{}" : text);
    Config config;
    config.other_port = read.value("other_port", false);
    for (std::string root : read.value("file_roots", std::vector<std::string>())) {
        while (root.size() > 1 && root.back() == '/') {
            root.pop_back();
        }
        config.file_roots.push_back(std::move(root));
    }
    const std::string wanted = read.value("web_listen_addr", "127.0.0.1:7777");
    if (wanted.empty()) {
        config.address.clear();
        return config;
    }
    const std::size_t colon = wanted.rfind(':');
    const std::string address = wanted.substr(0, colon);
    const std::string port = colon == std::string::npos ? "" : wanted.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), config.port);
    if (error != std::errc() || end != port.data() + port.size() || config.port < 1024) {
        throw Error(BANGER_E_INVALID,
                    "web_listen_addr: '" + wanted +
                        "' is not ADDRESS:PORT with a port from 1024 to 65535",
                    "such as 127.0.0.1:7777");
    }
    if (address != "127.0.0.1" && address != "localhost") {
        throw Error(BANGER_E_INVALID,
                    "web_listen_addr: the web console is for this machine alone and listens on "
                    "127.0.0.1, not on " +
                        address,
                    "from another machine: ssh -L " + port + ":127.0.0.1:" + port +
                        " USER@MACHINE");
    }
    return config;
}

} // namespace web
