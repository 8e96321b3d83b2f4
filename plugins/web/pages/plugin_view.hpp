#pragma once

#include "state/snapshot.hpp"

#include <string>
#include <vector>

namespace web {

/// The model of templates/plugins.tpl, of the snapshot's plugins.
[[nodiscard]] nlohmann::json plugins_page(const Snapshot& now);
/// The model of templates/plugin.tpl, of one of GET /v1/plugins/{id}; lines: of GET
/// /v1/daemon/lines; config: of GET /v1/config.
[[nodiscard]] nlohmann::json plugin_page(const nlohmann::json& plugin, const nlohmann::json& lines,
                                         const nlohmann::json& config);

/// {"active": good, ..}: {"STATE","TONE"}
[[nodiscard]] nlohmann::json plugin_state(const nlohmann::json& plugin);
/// "/plugins/nat"
[[nodiscard]] std::string plugin_path(std::string_view id);
/// Names of what it shows in this console; only while it is active.
[[nodiscard]] std::vector<std::string> panels_of(const nlohmann::json& plugin);
/// Links to them: [{"PANEL_TEXT","PANEL_PATH","CURRENT"}]
[[nodiscard]] nlohmann::json panel_links(const nlohmann::json& plugin, std::string_view current);

} // namespace web
