#pragma once

#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

namespace banger::plugin_probe {

/// Whoever loses its parent below this process becomes its child, wherever it hides (setsid).
void become_subreaper() noexcept;
/// The children of this process, the dead that nobody has waited for among them.
[[nodiscard]] std::set<pid_t> children();
/// Ends all children but those `before`, and theirs, until none is left (or for two seconds). The
/// names of those that were alive.
std::vector<std::string> end_children_but(const std::set<pid_t>& before);

/// Goes on in a child. The process itself stays behind: it ends whatever the child leaves, and then
/// as the child did; SIGTERM makes it end the child first. Throws when there is no child.
void go_on_in_child();

} // namespace banger::plugin_probe
