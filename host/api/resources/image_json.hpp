#pragma once

#include "api/resources/resources.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::image {
struct Image;
}

namespace banger::api {

/// Names of the VMs that were made of it.
[[nodiscard]] std::vector<std::string> image_users(const Parts& parts, const std::string& name);

/// The name of the image that a VM gets which names none: vm.image of the configuration, else what
/// is kept as the default, else the bundle's.
[[nodiscard]] std::string standard_image(const Parts& parts);

/// The answer of GET /v1/images/{name}. `standard` is standard_image(), asked once for several.
[[nodiscard]] nlohmann::json image_json(const Parts& parts, const image::Image& image,
                                        const std::string& standard);

} // namespace banger::api
