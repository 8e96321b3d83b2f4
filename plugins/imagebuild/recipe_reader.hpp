#pragma once

#include "recipe.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace imagebuild {

/// Reads a recipe. Throws Error(INVALID) with everything that is wrong in it, each as
/// "FILE:LINE:COLUMN: KEY: what", joined by "; ". Paths in it are relative to `folder`.
[[nodiscard]] Recipe read_recipe(std::string_view yaml, const std::string& file,
                                 const std::filesystem::path& folder);

/// The same of a file. Throws Error also when it cannot be read.
[[nodiscard]] Recipe read_recipe_file(const std::filesystem::path& file);

} // namespace imagebuild
