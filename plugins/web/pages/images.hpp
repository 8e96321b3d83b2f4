#pragma once

#include "package_list.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

namespace web {

/// The model of templates/packages.tpl: those with these words in name or version.
[[nodiscard]] nlohmann::json packages_page(const nlohmann::json& image, const PackageList& packages,
                                           std::string_view q);

} // namespace web
