#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

struct MachinePaths;
struct Settings;

/// What makes one guest itself and no other: made once, kept in its folder, never in an image.
/// The SSH host key is made on the host, so that the guest need not do it at its first boot and
/// the client can know it before the first connection. [pool thread]
void make_identity(const MachinePaths& paths, const std::string& host_key_alias);

/// The name under which the guest's key stands in its known_hosts file: not the VM's name, which
/// another VM may get later.
[[nodiscard]] std::string host_key_alias(const std::string& vm_id);

/// "ssh_host_keys" of guest.json.
[[nodiscard]] nlohmann::json host_keys_json(const MachinePaths& paths);

/// 32 hexadecimal digits for /etc/machine-id, the VM's for life.
[[nodiscard]] std::string machine_id(const std::string& vm_id);

} // namespace banger::vm
