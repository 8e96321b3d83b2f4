#pragma once

#include "cli/session.hpp"
#include "cli/ssh_command.hpp"
#include "os/unique_fd.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// A program that the guest's agent runs.
struct GuestProgram {
    std::string vm;
    std::string user; ///< empty: root
    bool tty = false;
    std::vector<std::string> argv;
};

/// A program that has been started: frames (os/exec_frames.hpp), and those that came already.
struct GuestStreams {
    os::UniqueFd stream;
    std::string first;
};

/// Starts it without network or SSH. Throws unavailable when nothing in the guest answers.
[[nodiscard]] GuestStreams start_in_guest(Session& session, const GuestProgram& program);

/// Runs it on our streams without network or SSH; ends as it does, 128 + N for a signal N. Signals
/// that ask us to end go to it, each window size, too, when it has a terminal. Throws unavailable
/// when nothing in the guest answers.
[[nodiscard]] int run_in_guest(Session& session, const GuestProgram& program);

/// Would ssh get an answer? Its kept connection counts; else the port is tried, for a second.
[[nodiscard]] bool ssh_answers(const SshTarget& target);

} // namespace banger::cli
