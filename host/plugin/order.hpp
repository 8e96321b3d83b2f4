#pragma once

#include <map>
#include <string>
#include <vector>

namespace banger::plugin {

/// One plugin and its place relative to others, by id.
struct OrderNode {
    std::string id;
    std::vector<std::string> needs;  ///< loaded before it; must be there
    std::vector<std::string> after;  ///< comes after these, where they are there
    std::vector<std::string> before; ///< comes before these, where they are there
};

struct Ordering {
    std::vector<std::string> order;             ///< equal places by id, so it is always the same
    std::map<std::string, std::string> refused; ///< id -> why
};

/// Sorts plugins so that every wish holds. Left out, with the reason: a plugin whose need is not
/// there (and those that need it in turn, the cause chained), and every plugin of a cycle. `absent`
/// says why an id that is no node is not there.
[[nodiscard]] Ordering sort_plugins(std::vector<OrderNode> nodes,
                                    const std::map<std::string, std::string>& absent = {});

} // namespace banger::plugin
