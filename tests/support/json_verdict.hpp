#pragma once

#include <nlohmann/json_fwd.hpp>

namespace banger::test {

/// Whether an editor that checks by this JSON Schema finds nothing wrong. A word of the schema that
/// is not known here fails the test.
[[nodiscard]] bool follows_schema(const nlohmann::json& value, const nlohmann::json& schema);

} // namespace banger::test
