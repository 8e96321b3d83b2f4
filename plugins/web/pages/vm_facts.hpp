#pragma once

#include "state/snapshot.hpp"

#include <nlohmann/json.hpp>

namespace web {

/// Lists of {"TERM","TEXT"} for <dl class="facts">; what is not known is left out.
[[nodiscard]] nlohmann::json guest_facts(const nlohmann::json& vm, const Snapshot& now);
[[nodiscard]] nlohmann::json machine_facts(const nlohmann::json& vm);
[[nodiscard]] nlohmann::json life_facts(const nlohmann::json& vm, const Snapshot& now);
/// Options that plugins gave it: TERM is the plugin and, where that is off, so it says.
[[nodiscard]] nlohmann::json option_facts(const nlohmann::json& vm, const Snapshot& now);

/// "crashed: the guest's kernel panicked, 5 min ago", or "": it runs, or never did.
[[nodiscard]] std::string exit_text(const nlohmann::json& vm, const Snapshot& now);

} // namespace web
