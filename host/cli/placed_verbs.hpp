#pragma once

namespace CLI {
class App;
}

namespace banger::cli {

class Session;

/// Adds the verbs that plugins place under this noun ("vm ports"); a verb that is there already
/// wins. Verbs of several plugins at one place are one: its table is joined of theirs. They are
/// asked of the daemon, which is started unless only help is wanted.
void add_placed_verbs(CLI::App& noun, Session& session);

} // namespace banger::cli
