#pragma once

#include <span>
#include <string_view>

namespace banger::store {

/// The steps of the schema in order; step N brings a database from user_version N-1 to N.
/// Generated from schema/*.sql.
[[nodiscard]] std::span<const std::string_view> migrations() noexcept;

} // namespace banger::store
