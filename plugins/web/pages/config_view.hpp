#pragma once

#include <nlohmann/json.hpp>

namespace web {

/// The model of templates/settings.tpl: the values in force of GET /v1/config, each with where it
/// is from, and the files of GET /v1/daemon.
[[nodiscard]] nlohmann::json settings_page(const nlohmann::json& config,
                                           const nlohmann::json& daemon);

} // namespace web
