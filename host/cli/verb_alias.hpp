#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

class Session;

/// A verb that a plugin places under no noun is a command of its own ("banger share" for "banger x
/// share-dir share"), unless one of ours or a verb of another plugin has the name.
///
/// What `words`, which begin with no command of ours, say in full: "x", the plugin, and the same
/// words. Empty when no plugin that runs has such a verb. Starts the daemon unless only help is
/// wanted; throws invalid when several plugins have it.
[[nodiscard]] std::vector<std::string> without_alias(Session& session,
                                                     const std::vector<std::string>& words);

/// Adds these commands to `app` with their summaries, for its help and for completion, where a
/// daemon runs to tell them; not those whose name is `taken`.
void add_verb_aliases(CLI::App& app, const Session& session,
                      const std::function<bool(const std::string& word)>& taken);

} // namespace banger::cli
