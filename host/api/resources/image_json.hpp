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

/// Lookup::default_name() with this configuration.
[[nodiscard]] std::string default_image(const Parts& parts);

/// The answer of GET /v1/images/{name}. `default_name` is default_image(), asked once for
/// several.
[[nodiscard]] nlohmann::json image_json(const Parts& parts, const image::Image& image,
                                        const std::string& default_name);

/// Publishes the event `image`. `change`: "registered", "made", "deleted" or "default".
void tell_image_change(const Parts& parts, const std::string& name, const char* change);

} // namespace banger::api
