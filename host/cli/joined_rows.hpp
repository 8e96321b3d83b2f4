#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// The columns of a table (an array of objects), in the order of their first appearance.
[[nodiscard]] std::vector<std::string> columns_of(const api_client::Json& rows);

/// The natural full outer join of two tables. Rows that are equal in every column that both tables
/// have become one row; all others stay, with null where they have no cell. A cell that is empty
/// (absent, null, "") equals none. The left table's columns come first, and rows are in the order
/// of the common columns. Tables without a common column are put one below the other.
[[nodiscard]] api_client::Json joined_rows(const api_client::Json& left,
                                           const api_client::Json& right);

} // namespace banger::cli
