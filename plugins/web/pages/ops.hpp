#pragma once

#include "operation_filter.hpp"
#include "state/snapshot.hpp"

namespace web {

class Retries;

/// The model of templates/ops.tpl, of the operations as GET /v1/operations lists them.
[[nodiscard]] nlohmann::json operations_page(const nlohmann::json& operations,
                                             const OperationFilter& filter, const Snapshot& now,
                                             const Retries& retries);

} // namespace web
