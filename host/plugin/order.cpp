#include "plugin/order.hpp"

#include <algorithm>
#include <set>

namespace banger::plugin {
namespace {

using Edges = std::map<std::string, std::set<std::string>>; ///< id -> those that come before it

/// Drops nodes with a missing need until none is left.
void drop_missing(std::vector<OrderNode>& nodes, const std::map<std::string, std::string>& absent,
                  std::map<std::string, std::string>& refused) {
    for (bool changed = true; changed;) {
        changed = false;
        for (auto node = nodes.begin(); node != nodes.end();) {
            const auto missing =
                std::find_if(node->needs.begin(), node->needs.end(), [&](const auto& need) {
                    return std::none_of(nodes.begin(), nodes.end(),
                                        [&](const auto& other) { return other.id == need; });
                });
            if (missing == node->needs.end()) {
                ++node;
                continue;
            }
            std::string why = "needs plugin '" + *missing + "', which is not there";
            if (const auto cause = refused.find(*missing); cause != refused.end()) {
                why = "needs plugin '" + *missing + "', which did not load: " + cause->second;
            } else if (const auto known = absent.find(*missing); known != absent.end()) {
                why = "needs plugin '" + *missing + "', which did not load: " + known->second;
            }
            refused[node->id] = why;
            node = nodes.erase(node);
            changed = true;
        }
    }
}

Edges edges_of(const std::vector<OrderNode>& nodes) {
    Edges edges;
    for (const OrderNode& node : nodes) {
        edges[node.id];
    }
    for (const OrderNode& node : nodes) {
        for (const auto* list : {&node.needs, &node.after}) {
            for (const std::string& earlier : *list) {
                if (edges.contains(earlier)) {
                    edges[node.id].insert(earlier);
                }
            }
        }
        for (const std::string& later : node.before) {
            if (edges.contains(later)) {
                edges[later].insert(node.id);
            }
        }
    }
    return edges;
}

/// A cycle through `start`, or nothing. Depth first; the path is the witness.
bool find_cycle(const Edges& edges, const std::string& start, const std::string& at,
                std::set<std::string>& seen, std::vector<std::string>& path) {
    path.push_back(at);
    for (const std::string& earlier : edges.at(at)) {
        if (earlier == start) {
            return true;
        }
        if (edges.contains(earlier) && seen.insert(earlier).second &&
            find_cycle(edges, start, earlier, seen, path)) {
            return true;
        }
    }
    path.pop_back();
    return false;
}

std::string cycle_text(std::vector<std::string> path) {
    // The path goes from later to earlier; people read it the other way, from the smallest id.
    std::reverse(path.begin(), path.end());
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    path.push_back(path.front());
    std::string text;
    for (const std::string& id : path) {
        text += (text.empty() ? "" : " -> ") + id;
    }
    return text;
}

} // namespace

Ordering sort_plugins(std::vector<OrderNode> nodes,
                      const std::map<std::string, std::string>& absent) {
    Ordering result;
    drop_missing(nodes, absent, result.refused);
    const Edges all = edges_of(nodes);
    for (const auto& [id, earlier] : all) {
        std::set<std::string> seen;
        std::vector<std::string> path;
        if (find_cycle(all, id, id, seen, path)) {
            result.refused[id] = "its order is a cycle: " + cycle_text(path);
        }
    }
    std::erase_if(nodes, [&](const auto& node) { return result.refused.contains(node.id); });
    drop_missing(nodes, absent, result.refused);

    Edges left = edges_of(nodes);
    while (!left.empty()) {
        const auto next = std::find_if(left.begin(), left.end(),
                                       [](const auto& item) { return item.second.empty(); });
        const std::string id = next->first; // one exists: there is no cycle any more
        result.order.push_back(id);
        left.erase(next);
        for (auto& [other, earlier] : left) {
            earlier.erase(id);
        }
    }
    return result;
}

} // namespace banger::plugin
