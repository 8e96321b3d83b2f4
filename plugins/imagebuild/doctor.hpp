#pragma once

#include "daemon_api.hpp"
#include "places.hpp"

#include <nlohmann/json.hpp>

namespace imagebuild {

/// The programs that images are made with.
[[nodiscard]] nlohmann::json check_tools(const Places& places);
/// The room for a build.
[[nodiscard]] nlohmann::json check_space(const DaemonApi& api);
/// What builds left that could not be given back.
[[nodiscard]] nlohmann::json check_left(std::size_t count);

} // namespace imagebuild
