#pragma once

#include "config/keys.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace YAML {
class Node;
}

namespace banger::config {

/// Puts the node's value into the slot, or says what is wrong with it and leaves the slot.
[[nodiscard]] std::optional<std::string> read_value(const YAML::Node& node, const Rule& rule,
                                                    const Slot& slot);

/// One item of a list that is wrong.
struct BadItem {
    std::size_t index = 0;
    std::string what;
};
/// Puts the good items of a list (Kind::texts, Kind::paths) into the slot; the others.
[[nodiscard]] std::vector<BadItem> read_items(const YAML::Node& list, const Rule& rule,
                                              std::vector<std::string>& slot);

/// The slot's value as a person would write it in the file.
[[nodiscard]] nlohmann::ordered_json show_value(const Rule& rule, const Slot& slot);

} // namespace banger::config
