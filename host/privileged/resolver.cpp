#include "privileged/resolver.hpp"

#include "os/error.hpp"

#include <sys/stat.h>

namespace banger::privileged {
namespace {

constexpr const char* domain = "vm";
constexpr const char* resolvectl = "/usr/bin/resolvectl";

} // namespace

Resolver parse_resolver(const std::string& text) {
    if (text == "resolved") {
        return Resolver::resolved;
    }
    if (text == "networkmanager") {
        return Resolver::networkmanager;
    }
    throw os::Error(os::ErrorKind::invalid,
                    "argument \"resolver\" must be resolved or networkmanager");
}

std::vector<std::string> vm_zones(const net::Subnet& subnet) {
    std::vector<std::string> zones{domain};
    const std::uint32_t value = subnet.network.value;
    const auto octet = [value](unsigned shift) { return std::to_string((value >> shift) & 0xffU); };
    if (subnet.prefix == 24) {
        zones.push_back(octet(8) + "." + octet(16) + "." + octet(24) + ".in-addr.arpa");
    } else if (subnet.prefix == 16) {
        zones.push_back(octet(16) + "." + octet(24) + ".in-addr.arpa");
    }
    return zones;
}

std::vector<std::vector<std::string>> resolved_commands(const std::string& bridge,
                                                        std::uint16_t port,
                                                        const std::vector<std::string>& zones) {
    std::vector<std::string> routes{resolvectl, "domain", bridge};
    for (const std::string& zone : zones) {
        routes.push_back("~" + zone);
    }
    return {{resolvectl, "dns", bridge, "127.0.0.1:" + std::to_string(port)},
            std::move(routes),
            {resolvectl, "default-route", bridge, "no"}};
}

std::vector<std::string> resolved_revert(const std::string& bridge) {
    return {resolvectl, "revert", bridge};
}

std::string dnsmasq_text(std::uint16_t port, const std::vector<std::string>& zones) {
    std::string text = "# Made by banger for the names of its VMs; it goes when bangerd stops.\n";
    for (const std::string& zone : zones) {
        text += "server=/" + zone + "/127.0.0.1#" + std::to_string(port) + "\n";
    }
    return text;
}

std::string dnsmasq_file(uid_t caller) {
    return "/etc/NetworkManager/dnsmasq.d/banger-" + std::to_string(caller) + ".conf";
}

bool dnsmasq_file_exists(uid_t caller) {
    struct stat found {};
    return ::lstat(dnsmasq_file(caller).c_str(), &found) == 0;
}

} // namespace banger::privileged
