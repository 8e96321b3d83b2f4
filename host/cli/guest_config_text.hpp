#pragma once

#include "api_client/api.hpp"
#include "cli/terminal.hpp"

#include <string>

namespace banger::cli {

/// The fields of GET /v1/vms/NAME/guest-config with their values and owners, one a line, below what
/// they are of.
[[nodiscard]] std::string guest_config_text(const api_client::Json& view, const Terminal& terminal);

} // namespace banger::cli
