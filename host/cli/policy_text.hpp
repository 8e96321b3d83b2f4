#pragma once

#include "api_client/api.hpp"

#include <string>
#include <utility>
#include <vector>

namespace banger::cli {

/// When a VM will be stopped by itself, for a column: "in 12m"; empty when nothing is due.
[[nodiscard]] std::string stop_brief(const api_client::Json& vm);

/// What brings that about: "it stops by itself when idle for 30m, at the latest in 3h"; or empty.
[[nodiscard]] std::string stop_sentence(const api_client::Json& vm);

/// Lines of `vm show` about when it starts and stops by itself; those without a value are empty.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
policy_lines(const api_client::Json& vm);

} // namespace banger::cli
