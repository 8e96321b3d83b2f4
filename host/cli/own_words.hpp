#pragma once

#include <optional>
#include <string>

namespace banger::cli {

/// What somebody means who writes `word` for a verb of `vm`: that verb, where the word is one or
/// other programs call it so.
[[nodiscard]] std::optional<std::string> meant_vm_verb(const std::string& word);

/// The same of a word that a user takes for a command of the program itself, though it is none. No
/// plugin's verb is a command of that name: `banger status` must not be the counters of one plugin
/// today and another's tomorrow. "daemon status"; empty where nothing of ours does that.
[[nodiscard]] std::optional<std::string> meant_command(const std::string& word);

} // namespace banger::cli
