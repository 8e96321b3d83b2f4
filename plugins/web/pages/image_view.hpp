#pragma once

#include "state/snapshot.hpp"

#include <string>
#include <string_view>

namespace web {

/// The model of templates/images.tpl, of the snapshot's images; q: words to find in them. all:
/// those that can be deleted are ticked.
[[nodiscard]] nlohmann::json images_page(const Snapshot& now, std::string_view q, bool all = false);
/// The model of templates/image.tpl, of one image as GET /v1/images/{name} has it.
[[nodiscard]] nlohmann::json image_page(const nlohmann::json& image, const Snapshot& now);

/// Why it cannot be deleted, as a sentence; empty: it can.
[[nodiscard]] std::string why_image_stays(const nlohmann::json& image);

} // namespace web
