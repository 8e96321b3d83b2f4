#pragma once

#include "vmm/choose.hpp"

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {
struct Readiness;
}

namespace banger::daemon {

// Parts of GET /v1/daemon.
[[nodiscard]] nlohmann::json to_json(const vmm::Choice& choice);
[[nodiscard]] nlohmann::json to_json(const privileged::Readiness& readiness);

} // namespace banger::daemon
