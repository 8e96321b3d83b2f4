#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// What verbs at one place are for: "Published ports, and what listens on them".
[[nodiscard]] std::string summary_of(const std::vector<api_client::Json>& verbs);

/// The help of verbs that are run together as `command` ("banger vm ports"), brought by these
/// plugins. What may be given without its name is shown so (verb_args.hpp).
[[nodiscard]] std::string verb_help(const std::string& command,
                                    const std::vector<std::string>& plugins,
                                    const std::vector<api_client::Json>& verbs);

/// Whether that is what is wanted instead of the verbs.
[[nodiscard]] bool wants_help(const std::vector<std::string>& words);

} // namespace banger::cli
