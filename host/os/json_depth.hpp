#pragma once

#include <string_view>

namespace banger::os {

/// The most levels of JSON from outside: what is done with a value later is recursive.
constexpr int deepest_json = 64;

/// How deep arrays and objects are inside each other in a text that is JSON; of any other text some
/// number. Without recursion.
[[nodiscard]] int json_depth(std::string_view text) noexcept;

} // namespace banger::os
