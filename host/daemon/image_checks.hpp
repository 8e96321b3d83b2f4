#pragma once

#include "daemon/check.hpp"
#include "image/leftovers.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace banger::daemon {

/// What is wrong with images that are not the default, and what of the store nobody needs.
/// [pool thread]
[[nodiscard]] std::vector<Check> image_checks(const image::ImageStore& store,
                                              const std::filesystem::path& templates,
                                              const image::InUse& in_use,
                                              const std::string& default_image);

} // namespace banger::daemon
