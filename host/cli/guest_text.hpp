#pragma once

#include "api_client/api.hpp"
#include "cli/terminal.hpp"

#include <string>

namespace banger::cli {

/// What is known of the guest of a VM, for a column: "ready, 3s", the age being that of its last
/// answer; empty when nothing is.
[[nodiscard]] std::string guest_brief(const api_client::Json& vm, const Terminal& terminal);

/// The same with the agent's version and the units that failed, for a line.
[[nodiscard]] std::string guest_text(const api_client::Json& vm, const Terminal& terminal);

} // namespace banger::cli
