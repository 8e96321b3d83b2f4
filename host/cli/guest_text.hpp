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

/// For whoever leaves a VM that goes on: what of its guest is worth a word and was heard of less
/// than half a minute ago. "testbox is still running (CPU 12 %); stop it with: ..."
[[nodiscard]] std::string still_running_text(const api_client::Json& vm);

} // namespace banger::cli
