#pragma once

#include "state/snapshot.hpp"

#include <string>

namespace web {

/// What an operation gave when it succeeded, for templates/op.tpl: {"LINKS":[{"LINK_PATH",
/// "LINK_TEXT"}], "FACTS":[{"LABEL","CONTENT"}]}; false: nothing.
[[nodiscard]] nlohmann::json result_view(const nlohmann::json& operation, const Snapshot& now);

/// "Size" of "size_bytes": as a heading, without the unit.
[[nodiscard]] std::string label_text(std::string_view name);
/// "1.5 GiB" of a number called "size_bytes", "93 s" of one called "took_s"; texts as they are,
/// what has members as JSON.
[[nodiscard]] std::string value_text(std::string_view name, const nlohmann::json& value);

} // namespace web
