#pragma once

#include "api_client/api.hpp"

#include <string>

namespace banger::cli {

/// What a JSON Schema lets a value be: "(0 to 64, default: 2)"; empty when it does not say.
[[nodiscard]] std::string schema_limits(const api_client::Json& schema);

/// The same behind what the value is: "taps kept ready (0 to 64, default: 2)".
[[nodiscard]] std::string schema_text(const api_client::Json& schema);

/// A parameter that is given without its name: "FILE"; VMs are NAME, as with our own verbs.
[[nodiscard]] std::string positional_name(std::string parameter);

} // namespace banger::cli
