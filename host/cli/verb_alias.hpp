#pragma once

#include "api_client/api.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

class Session;

/// A verb that a plugin places under no noun is a command of its own ("banger share" for "banger x
/// share-dir share"), unless one of ours or a verb of another plugin has the name, or it is kept
/// for ours (own_words.hpp).
///
/// What `words`, which begin with no command of ours, say in full: "x", the plugin, and the same
/// words. Empty when no plugin that runs has such a verb. Starts the daemon unless only help is
/// wanted; throws invalid when several plugins have it.
[[nodiscard]] std::vector<std::string> without_alias(Session& session,
                                                     const std::vector<std::string>& words);

/// Adds these commands to `app` with their summaries and plugins, for its help and for completion,
/// where a daemon runs to tell them.
void add_verb_aliases(CLI::App& app, const Session& session);

/// The commands of verbs as they are said in short: "banger share", or "banger vm stats" of one
/// with a place; of the plugins that run.
class ShortForms {
  public:
    ShortForms() = default; ///< knows none
    explicit ShortForms(const api_client::Api& api);

    /// "Share a folder (in short: banger share)".
    [[nodiscard]] std::string added_to(const std::string& summary, const std::string& plugin,
                                       const std::string& verb) const;

  private:
    std::map<std::pair<std::string, std::string>, std::string> forms_; ///< by plugin and verb
};

} // namespace banger::cli
