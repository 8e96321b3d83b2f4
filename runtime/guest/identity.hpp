#pragma once

#include <string>
#include <string_view>

namespace banger::guest {

struct Config;
class RootDir;

/// /etc/hostname, /etc/machine-id, /etc/hosts and /etc/resolv.conf as the configuration says.
void write_identity(const RootDir& root, const Config& config);

/// What becomes of an /etc/hosts: the user's lines, or those of every machine where there are none,
/// and the configured ones. banger-image tells the user's from ours (tool/forgetting.cpp).
[[nodiscard]] std::string hosts_text(std::string_view before, const Config& config);

/// Gives the running kernel the configured host name.
void set_hostname(const Config& config);

} // namespace banger::guest
