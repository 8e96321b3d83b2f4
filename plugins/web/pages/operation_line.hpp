#pragma once

#include "state/snapshot.hpp"

namespace web {

/// It is about a VM. A plugin's job has the plugin's name before its own: "imagebuild.build".
[[nodiscard]] bool is_of_vm(const nlohmann::json& operation);
[[nodiscard]] bool is_under_way(const nlohmann::json& operation);

/// An operation in one line, for templates/_op_row.tpl: {"ID","PATH","TEXT","STATE","TONE","STAGE",
/// "PERCENT","RUNS","AGE","ERROR":{"MESSAGE"} or false}
[[nodiscard]] nlohmann::json operation_line(const nlohmann::json& operation, const Snapshot& now);

} // namespace web
