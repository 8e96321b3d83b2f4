#pragma once

#include "api_client/json.hpp"
#include "cli/session.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace banger::cli {

/// One thing to change: how it is called, and the request that begins the change.
struct Change {
    std::string name;            ///< of the target; empty when the daemon chooses it
    std::function<Json()> begin; ///< answers with an operation, or with the result at once
};

struct Outcome {
    std::string name;
    Json last; ///< the operation as it ended, or what was answered at once
    std::optional<os::Error> error;
    double seconds = 0;
    bool interrupted = false;  ///< by Ctrl-C here, not by somebody else
    bool left_running = false; ///< the user pressed Ctrl-C twice, or wanted it so
};

/// Begins all changes and watches them together until each is over. Ctrl-C cancels them and waits
/// for the roll-back; a second one leaves them to the daemon. Jobs of plugins are long, and need
/// nobody who watches: on a terminal the first Ctrl-C asks whether they are to be cancelled.
[[nodiscard]] std::vector<Outcome> carry_out(Session& session, const char* noun,
                                             const std::vector<Change>& changes);

/// Prints what went on with a warning, and an error for each that failed; gives the exit code of
/// the whole.
[[nodiscard]] int conclude(const Session& session, const std::vector<Outcome>& outcomes);

} // namespace banger::cli
