#pragma once

#include "store/operation_table.hpp"
#include "vm/operation.hpp"

namespace banger::vm {

/// What is kept of an operation, and the same document as Operation::to_json() from it.
[[nodiscard]] store::OperationRow to_row(const Operation& operation);
[[nodiscard]] nlohmann::json to_json(const store::OperationRow& row);

} // namespace banger::vm
