#pragma once

#include "os/child.hpp"
#include "os/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::privileged {

/// The result in what the helper answers; nothing when that is no answer. Throws the error in it.
[[nodiscard]] std::optional<nlohmann::json> result_of(std::string_view answer);

/// Of a helper that ended without an answer: as a rule sudo did not run `command`, and `allow` is
/// what lets it. `words` is what either wrote to standard error.
[[nodiscard]] os::Error silent_end(const std::vector<std::string>& command,
                                   const std::optional<os::ExitStatus>& status,
                                   const std::string& words, const std::string& allow);

} // namespace banger::privileged
