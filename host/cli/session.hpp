#pragma once

#include "api_client/api.hpp"
#include "cli/exit_code.hpp"
#include "cli/terminal.hpp"
#include "os/error.hpp"
#include "os/paths.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::cli {

using api_client::Api;
using api_client::Json;

/// How long the daemon may take to begin an answer that then goes on.
inline constexpr std::chrono::seconds head_time{30};

/// One run of the program: its streams, the daemon, and what the command line asked for.
class Session {
  public:
    Session();

    /// The daemon's API; starts the daemon when none listens. Throws unavailable.
    Api& api();
    /// The daemon went away: the next api() looks for it, or starts it, again.
    void restart_api() { api_.reset(); }
    /// The API of a daemon that runs already.
    [[nodiscard]] std::optional<Api> running_api() const;
    /// Throws invalid for an environment that names no usable place.
    [[nodiscard]] const os::UserPaths& paths() const;

    const Terminal out;
    const Terminal err;
    bool in_is_tty = false;

    /// Results go to standard output, everything else to standard error.
    void print(std::string_view text) const;
    /// Words of a plugin or a guest: on a terminal nothing in them acts on that.
    void print_foreign(std::string_view text) const;
    void print_json(const Json& value) const;
    /// Throws when what was printed could not be written: a full disk, say.
    void flush() const;
    void note(std::string_view line) const;
    /// "error: ...", the lines that belong to it, "hint: ...".
    void report(const os::Error& error) const;
    /// The exit code that an error stands for.
    [[nodiscard]] ExitCode exit_code(const os::Error& error) const;

    std::vector<std::string> words; ///< the command line, without the program
    std::vector<std::string> tail;  ///< what a remote command or a plugin verb is given as is
    std::string alias;              ///< the command of a plugin's that it named; mostly empty
    bool help_only = false;         ///< nothing will be run: do not start a daemon for it
    std::function<int()> action;    ///< what the parsed command line does

  private:
    bool start_if_gone() const;

    mutable std::optional<os::UserPaths> paths_; ///< --help needs none
    std::optional<Api> api_;
};

} // namespace banger::cli
