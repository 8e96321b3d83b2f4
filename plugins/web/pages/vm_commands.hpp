#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// What does the same in a terminal as the buttons of a VM's page, in its state: a list of
/// {"WHAT","COMMAND"}.
[[nodiscard]] nlohmann::json vm_commands(const nlohmann::json& vm);

/// One word of a shell's command line.
[[nodiscard]] std::string shell_word(const std::string& text);

} // namespace web
