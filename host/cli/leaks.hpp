#pragma once

namespace banger::cli {

class Session;

struct LeakArgs {
    bool fix = false;
    bool yes = false; ///< do not ask
    bool json = false;
};

/// Shows what belongs to no VM that exists and, with `fix`, frees it. Returns the exit code: failed
/// while something of it is left.
int leaks(Session& session, const LeakArgs& args);

} // namespace banger::cli
