#pragma once

#include "config.hpp"
#include "places.hpp"
#include "recipe.hpp"

namespace imagebuild {

/// What an image holds that is not told what to hold, with the mirrors of the configuration.
/// Throws Error(NOT_FOUND) where the recipes are not installed.
[[nodiscard]] Recipe default_recipe(const Config& config, const Places& places);
/// Docker and Compose.
[[nodiscard]] Recipe docker_recipe(const Config& config, const Places& places);

} // namespace imagebuild
