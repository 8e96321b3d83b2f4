#pragma once

#include "vm/machine.hpp"

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

class GuestConfig;

/// What a guest configuration is shown for.
enum class ConfigOf {
    running,     ///< what the VM was started with
    next_start,  ///< what it would be started with now
    first_start, ///< of a VM that is not made yet
};

/// {vm, of, network_card, config}: `config` is GuestConfig::merged_json(), without secrets.
/// `card_comes`: a plugin may give a card that is not in `config` when the VM starts.
[[nodiscard]] nlohmann::json guest_config_view(const std::string& vm, ConfigOf of,
                                               nlohmann::json config, bool card_comes);

/// Keeps what the VM is started with in its folder, as merged_json(). Throws what writing throws.
void keep_launched(const GuestConfig& config, const MachinePaths& paths);
/// Throws not_found when it was started by a banger that did not keep it.
[[nodiscard]] nlohmann::json launched_config(const std::string& vm, const MachinePaths& paths);

} // namespace banger::vm
