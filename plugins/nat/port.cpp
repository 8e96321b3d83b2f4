#include "port.hpp"

#include <banger/plugin.hpp>

#include <charconv>

#include <arpa/inet.h>

namespace nat {
namespace {

using banger::Error;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw Error(BANGER_E_INVALID, "--publish: '" + std::string(text) + "': " + why,
                "give [ADDRESS:]HOST_PORT:VM_PORT[/udp], such as 8080:80");
}

std::uint16_t number(std::string_view digits, std::string_view whole) {
    std::uint16_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end || value == 0) {
        refuse(whole, "'" + std::string(digits) + "' is no port from 1 to 65535");
    }
    return value;
}

} // namespace

Port Port::parse(std::string_view whole) {
    Port port;
    std::string_view text = whole;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        port.protocol = std::string(text.substr(slash + 1));
        text = text.substr(0, slash);
        if (port.protocol != "tcp" && port.protocol != "udp") {
            refuse(whole, "'" + port.protocol + "' is neither tcp nor udp");
        }
    }
    const std::size_t last = text.rfind(':');
    if (last == std::string_view::npos) {
        refuse(whole, "a port of the host and one of the VM are needed");
    }
    port.guest_port = number(text.substr(last + 1), whole);
    text = text.substr(0, last);
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
        port.host = std::string(text.substr(0, colon));
        text = text.substr(colon + 1);
        in_addr address{};
        if (inet_pton(AF_INET, port.host.c_str(), &address) != 1) {
            refuse(whole, "'" + port.host + "' is no IPv4 address of this machine");
        }
        if (address.s_addr == INADDR_ANY) {
            port.host.clear();
        }
    }
    port.port = number(text, whole);
    return port;
}

std::string Port::text() const {
    return (host.empty() ? "" : host + ":") + std::to_string(port) + ":" +
           std::to_string(guest_port) + (protocol == "udp" ? "/udp" : "");
}

std::string Port::instead() const {
    Port other = *this;
    other.port = static_cast<std::uint16_t>(port <= 64535 ? port + 1000 : 1024);
    return "--publish " + other.text();
}

bool Port::clashes(const Port& other) const {
    return protocol == other.protocol && port == other.port &&
           (host.empty() || other.host.empty() || host == other.host);
}

} // namespace nat
