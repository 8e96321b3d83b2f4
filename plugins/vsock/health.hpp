#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace vsock {

/// What an agent says of itself and of its guest's boot (docs/guest-agent.md).
struct Health {
    std::string version;
    std::uint64_t protocol = 0;
    std::vector<std::string> features;
    std::string boot_id;
    std::uint64_t uptime_ms = 0;
    bool ready = false;                                   ///< sshd accepts
    bool booted = false;                                  ///< init has finished
    std::optional<std::vector<std::string>> failed_units; ///< none where no systemd runs

    [[nodiscard]] bool has(std::string_view feature) const;
};

/// Throws Refused.
[[nodiscard]] Health parse_health(std::string_view body);
[[nodiscard]] Health read_health(const nlohmann::json& object);
[[nodiscard]] std::optional<std::vector<std::string>> read_failed_units(const nlohmann::json& from);

} // namespace vsock
