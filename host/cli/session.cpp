#include "cli/session.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/daemon_start.hpp"

#include <cstdio>

#include <unistd.h>

namespace banger::cli {

Session::Session()
    : out(terminal_of(STDOUT_FILENO)), err(terminal_of(STDERR_FILENO)),
      in_is_tty(::isatty(STDIN_FILENO) == 1) {}

const os::UserPaths& Session::paths() const {
    return paths_ ? *paths_ : paths_.emplace(os::user_paths());
}

bool Session::start_if_gone() const {
    if (answers(paths().socket())) {
        return false;
    }
    start_daemon({os::installation().bin / "bangerd", paths().socket(), paths().daemon_log(),
                  paths().state / "bangerd.start.log"});
    return true;
}

Api& Session::api() {
    if (!api_) {
        (void)start_if_gone();
        api_.emplace(paths().socket(), [this] { return start_if_gone(); });
    }
    return *api_;
}

std::optional<Api> Session::running_api() const {
    return answers(paths().socket()) ? std::optional<Api>(paths().socket()) : std::nullopt;
}

void Session::print(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::print_foreign(std::string_view text) const {
    print(out.tty ? shown_text(text, false) : std::string(text));
}

void Session::flush() const {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        throw os::errno_error("write the result");
    }
}

void Session::print_json(const Json& value) const {
    print(value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Session::note(std::string_view line) const {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", shown_text(line, err.colour).c_str());
}

void Session::report(const os::Error& error) const {
    note(err.red("error:") + " " + plain_text(error.what()));
    for (const std::string& line : error.details()) {
        note(err.dim("  | ") + plain_text(line));
    }
    if (!error.hint().empty()) {
        note(err.yellow("hint:") + " " + plain_text(error.hint()));
    }
}

ExitCode Session::exit_code(const os::Error& error) const {
    switch (error.kind()) {
    case os::ErrorKind::invalid:
        return ExitCode::usage;
    case os::ErrorKind::not_found:
        return ExitCode::not_found;
    case os::ErrorKind::unavailable:
        // The daemon says unavailable too, of other things than itself.
        return answers(paths().socket()) ? ExitCode::failed : ExitCode::unreachable;
    case os::ErrorKind::conflict:
    case os::ErrorKind::busy:
    case os::ErrorKind::unsupported:
    case os::ErrorKind::permission:
    case os::ErrorKind::exhausted:
    case os::ErrorKind::timeout:
    case os::ErrorKind::cancelled:
    case os::ErrorKind::internal:
        return ExitCode::failed;
    }
    return ExitCode::failed;
}

} // namespace banger::cli
