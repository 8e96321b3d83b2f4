#pragma once

namespace banger::guest {

struct Config;
class RootDir;

/// /etc/hostname, /etc/machine-id, /etc/hosts and /etc/resolv.conf as the configuration says.
void write_identity(const RootDir& root, const Config& config);

/// Gives the running kernel the configured host name.
void set_hostname(const Config& config);

} // namespace banger::guest
