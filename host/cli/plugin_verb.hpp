#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

class Session;

/// The verbs among a plugin's actions; `plugin` as the API shows it.
[[nodiscard]] std::vector<api_client::Json> verbs_of(const api_client::Json& plugin);

/// The JSON Schema of a verb's arguments; of one that names none: there are none.
[[nodiscard]] api_client::Json schema_of(const api_client::Json& verb);

/// Runs a verb with the words given to it and prints what it says, or its help for "--help".
/// Returns the exit code.
int run_plugin_verb(Session& session, const std::string& plugin, const api_client::Json& verb,
                    const std::vector<std::string>& words, bool json);

/// Adds the verbs that plugins place under this noun ("vm ports"); a verb that is there already
/// wins. They are asked of the daemon, which is started unless only help is wanted.
void add_placed_verbs(CLI::App& noun, Session& session);

} // namespace banger::cli
