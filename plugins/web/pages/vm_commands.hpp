#pragma once

#include <nlohmann/json.hpp>

namespace web {

/// What does the same in a terminal as the buttons of a VM's page, in its state: a list of
/// {"WHAT","COMMAND"}.
[[nodiscard]] nlohmann::json vm_commands(const nlohmann::json& vm);

} // namespace web
