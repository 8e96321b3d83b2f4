#pragma once

#include "plugin/call.hpp"

#include <string>
#include <vector>

#include <banger/actions.h>

namespace banger::plugin {

/// What one thing that an action emitted is not, of what actions.h promises of its kind ("cli",
/// "doctor", "rpc", "status", "web-panel"): "\"title\" is a text; it emitted ...". Empty: it is.
[[nodiscard]] std::string item_fault(const std::string& kind, const banger_action& action,
                                     const Output& item);

/// The same of all that it emitted when it succeeded.
[[nodiscard]] std::string shape_fault(const std::string& kind, const banger_action& action,
                                      const std::vector<Output>& output);

} // namespace banger::plugin
