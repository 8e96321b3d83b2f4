#pragma once

#include "os/run.hpp"

#include <filesystem>

namespace banger::cli {

/// What bangerd says of a config.yaml and this machine: a verdict or errors for people, and its
/// exit status. No daemon is needed. Throws when the check itself fails.
[[nodiscard]] os::Output config_verdict(const std::filesystem::path& file);

} // namespace banger::cli
