#include "host_resolver.hpp"

#include <fstream>
#include <string>

namespace dns {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
    std::error_code unreadable; // what we may not see is not there for us
    return fs::exists(path, unreadable);
}

/// A line "dns=dnsmasq" (NetworkManager.conf(5)).
bool names_dnsmasq(const fs::path& file) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::erase_if(line, [](char c) { return c == ' ' || c == '\t'; });
        if (line == "dns=dnsmasq") {
            return true;
        }
    }
    return false;
}

bool uses_dnsmasq(const fs::path& root) {
    if (names_dnsmasq(root / "etc/NetworkManager/NetworkManager.conf")) {
        return true;
    }
    for (const char* folder : {"etc/NetworkManager/conf.d", "run/NetworkManager/conf.d",
                               "usr/lib/NetworkManager/conf.d"}) {
        std::error_code missing;
        for (const auto& entry : fs::directory_iterator(root / folder, missing)) {
            if (entry.path().extension() == ".conf" && names_dnsmasq(entry.path())) {
                return true;
            }
        }
    }
    return false;
}

} // namespace

HostResolver find_host_resolver(const fs::path& root) {
    if (is_there(root / "usr/bin/resolvectl") &&
        is_there(root / "run/systemd/resolve/resolv.conf")) {
        return HostResolver::resolved;
    }
    if (is_there(root / "usr/bin/nmcli") && is_there(root / "run/NetworkManager") &&
        is_there(root / "etc/NetworkManager/dnsmasq.d") && uses_dnsmasq(root)) {
        return HostResolver::networkmanager;
    }
    return HostResolver::none;
}

std::string_view verb_name(HostResolver resolver) {
    switch (resolver) {
    case HostResolver::resolved:
        return "resolved";
    case HostResolver::networkmanager:
        return "networkmanager";
    case HostResolver::none:
        break;
    }
    return "none";
}

std::string_view display_name(HostResolver resolver) {
    switch (resolver) {
    case HostResolver::resolved:
        return "systemd-resolved";
    case HostResolver::networkmanager:
        return "NetworkManager's dnsmasq";
    case HostResolver::none:
        break;
    }
    return "none";
}

} // namespace dns
