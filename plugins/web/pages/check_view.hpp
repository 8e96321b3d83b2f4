#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace web {

/// The model of templates/doctor.tpl, of the checks of GET /v1/doctor: the worst first. only: the
/// id of one that is looked at alone ("nat.rules"), or empty.
[[nodiscard]] nlohmann::json checks_page(const nlohmann::json& checks, std::string_view only);

/// Whether a fix is a command as it stands, and no sentence about one.
[[nodiscard]] bool is_command(std::string_view fix);

} // namespace web
