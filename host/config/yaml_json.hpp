#pragma once

#include <optional>
#include <string>

namespace YAML {
class Node;
}

namespace banger::config {

/// A YAML value as JSON text with sorted keys. Plain scalars have the types of YAML 1.2 (only true
/// and false are booleans, so a country code "no" stays text); quoted ones are text.
/// What is wrong, when JSON cannot hold it or it grows out of bounds by its aliases.
[[nodiscard]] std::optional<std::string> to_canonical_json(const YAML::Node& node,
                                                           std::string& json);

} // namespace banger::config
