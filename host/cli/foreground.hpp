#pragma once

#include <string>
#include <vector>

namespace banger::cli {

class Session;

// Another program before the user: ssh, scp. Signals that we were told to ignore (nohup) it ignores
// too. All throw unsupported, with the package to install, when it is not there.

/// What ssh and scp end with when they failed themselves; a remote command may, too.
inline constexpr int ssh_failed = 255;

/// This process becomes it: its streams, signals and exit status are ours.
[[noreturn]] void become(std::vector<std::string> argv);

/// It runs on our streams, and Ctrl-C is for it alone. Returns its exit status, 128 + N for a
/// signal N, 130 when it failed after a Ctrl-C.
[[nodiscard]] int run_beside(std::vector<std::string> argv);

/// The same, but what it prints is written by us: ssh ends as the remote command did even when the
/// output of that went nowhere. Output that cannot be written is reported, and is status 1 where
/// the program says 0. A reader that goes away (`| head`) is no failure: the program is told.
[[nodiscard]] int run_checked(const Session& session, std::vector<std::string> argv);

} // namespace banger::cli
