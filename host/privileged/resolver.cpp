#include "privileged/resolver.hpp"

#include "os/error.hpp"
#include "privileged/arguments.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace banger::privileged {
namespace {

constexpr const char* domain = "vm";
constexpr const char* resolvectl = "/usr/bin/resolvectl";
constexpr const char* dnsmasq_folder = "/etc/NetworkManager/dnsmasq.d";
constexpr const char* file_suffix = ".conf";

std::string file_prefix(uid_t caller) {
    return "banger-" + std::to_string(caller) + "_";
}

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

ResolverRequest parse_resolver_request(Arguments& arguments) {
    ResolverRequest request{parse_resolver(arguments.word("resolver")), arguments.tag("tag"),
                            arguments.bridge("bridge")};
    if (request.tag.empty()) {
        throw os::Error(os::ErrorKind::invalid, "argument \"tag\" is missing");
    }
    return request;
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

std::vector<std::string> dnsmasq_reload() {
    return {"/usr/bin/nmcli", "general", "reload", "dns-full"};
}

std::string dnsmasq_file(uid_t caller, const std::string& tag) {
    return std::string(dnsmasq_folder) + "/" + file_prefix(caller) + tag + file_suffix;
}

std::vector<std::string> dnsmasq_tags(uid_t caller) {
    std::vector<std::string> tags;
    const std::string prefix = file_prefix(caller);
    const std::string_view suffix = file_suffix;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(dnsmasq_folder, missing)) {
        const std::string name = entry.path().filename();
        if (name.size() > prefix.size() + suffix.size() && name.starts_with(prefix) &&
            name.ends_with(suffix)) {
            tags.push_back(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
        }
    }
    std::sort(tags.begin(), tags.end());
    return tags;
}

} // namespace banger::privileged
