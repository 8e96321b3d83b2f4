#pragma once

#include "state/snapshot.hpp"

namespace web {

[[nodiscard]] bool is_under_way(const nlohmann::json& operation);

/// An operation in one line, for templates/_op_row.tpl: {"ID","PATH","TEXT","STATE","TONE","STAGE",
/// "PERCENT","RUNS","AGE","ERROR":{"MESSAGE"} or false}
[[nodiscard]] nlohmann::json operation_line(const nlohmann::json& operation, const Snapshot& now);

} // namespace web
