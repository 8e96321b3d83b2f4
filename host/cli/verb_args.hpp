#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// The words after `banger x PLUGIN VERB` as the arguments object of the verb: "--key value",
/// "--key=value", "--flag", "--no-flag"; other words fill the required parameters in their order,
/// then the first array, and no others. The schema (JSON Schema, or null when there is none) says
/// what is what. Throws Error(invalid) whose hint says what `command` takes.
[[nodiscard]] api_client::Json verb_args(const std::vector<std::string>& words,
                                         const api_client::Json& schema,
                                         const std::string& command);

} // namespace banger::cli
