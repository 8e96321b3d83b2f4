#pragma once

#include "state/snapshot.hpp"

#include <string>

namespace web {

class Retries;

/// What pages show of an operation of GET /v1/operations, for templates/ops.tpl and op.tpl.
/// Whatever the JSON holds, nothing here throws. retries: what can be done again.
[[nodiscard]] nlohmann::json operation_row(const nlohmann::json& operation, const Snapshot& now,
                                           const Retries& retries);
[[nodiscard]] nlohmann::json operation_page(const nlohmann::json& operation, const Snapshot& now,
                                            const Retries& retries);
/// Log, steps as root and error, a line each.
[[nodiscard]] std::string operation_log(const nlohmann::json& operation);

/// The stage it is at, or where it failed or was cancelled; "" for one that is through.
[[nodiscard]] std::string telling_stage(const nlohmann::json& operation);
/// "45 MiB of 120 MiB, 12 MiB/s, 6 s left", as much of it as is known.
[[nodiscard]] std::string done_text(const nlohmann::json& operation);
/// "command line", "web console", "banger itself"; "" where the daemon does not say.
[[nodiscard]] std::string initiator_text(const nlohmann::json& operation);

} // namespace web
