#pragma once

namespace CLI {
class App;
}

namespace banger::cli {

class Session;

/// `plugin release ID`, also where no daemon runs or can run.
void add_plugin_release(CLI::App& plugin, Session& session);

} // namespace banger::cli
