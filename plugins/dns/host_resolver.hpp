#pragma once

#include <filesystem>
#include <string_view>

namespace dns {

/// What resolves names on this machine, as far as it can be told about us.
enum class HostResolver {
    none,           ///< resolv.conf alone, or something that we do not know
    resolved,       ///< systemd-resolved, by resolvectl
    networkmanager, ///< dnsmasq as NetworkManager runs it
};

/// Looks at the files below `root`.
[[nodiscard]] HostResolver find_host_resolver(const std::filesystem::path& root = "/");

/// As the privileged verbs call it; "none".
[[nodiscard]] std::string_view verb_name(HostResolver resolver);
/// "systemd-resolved"
[[nodiscard]] std::string_view display_name(HostResolver resolver);

} // namespace dns
