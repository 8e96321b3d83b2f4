#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace web {

/// What the daemon tells, whole: every member that docs/openapi.yaml has.
[[nodiscard]] nlohmann::json told_operation(); ///< a build that failed
[[nodiscard]] nlohmann::json told_running();   ///< one under way, that counts bytes
[[nodiscard]] nlohmann::json told_image();
[[nodiscard]] nlohmann::json told_checks(); ///< of GET /v1/doctor: its "checks"
[[nodiscard]] nlohmann::json told_plugin();
[[nodiscard]] nlohmann::json told_lines(); ///< of GET /v1/daemon/lines: its "lines"
[[nodiscard]] nlohmann::json told_config();
[[nodiscard]] nlohmann::json told_daemon();

/// Texts that break out of HTML, attributes, URLs and scripts where nothing is escaped.
[[nodiscard]] const std::vector<std::string>& hostile_texts();
/// The document with each of its members and elements, one at a time, in the place of another kind:
/// nothing, a number, a list, ..
[[nodiscard]] std::vector<nlohmann::json> deformed(const nlohmann::json& document);
/// Every text of it replaced by this one; names of members stay.
[[nodiscard]] nlohmann::json saying(const nlohmann::json& document, const std::string& text);

} // namespace web
