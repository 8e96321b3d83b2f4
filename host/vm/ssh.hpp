#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

struct Machine;
struct Settings;

/// How to reach a guest's SSH: everything that the OpenSSH client needs.
struct SshAccess {
    std::string host;
    std::uint16_t port = 22;
    std::string user = "root";
    std::filesystem::path key;
    std::filesystem::path known_hosts;
    std::string host_key_alias;
    /// Of the connection that is kept open since the readiness check, so that later commands need
    /// no new handshake. Empty when there is no folder for it.
    std::filesystem::path control_path;
};

[[nodiscard]] SshAccess ssh_access(const Machine& machine, const Settings& settings,
                                   const std::filesystem::path& key);
[[nodiscard]] nlohmann::json to_json(const SshAccess& access);

/// The client's command line for a command without a terminal. It never asks and never learns a
/// key.
[[nodiscard]] std::vector<std::string> ssh_argv(const SshAccess& access,
                                                const std::vector<std::string>& command);

/// Ends the kept connection, when there is one. [pool thread]
void end_ssh_master(const std::filesystem::path& control_path);

} // namespace banger::vm
