// banger-priv: the steps of banger that need root. One verb a run, its arguments as a JSON object
// on standard input, the answer as a JSON object on standard output. Run as root or by `sudo -n`.

#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/passed_files.hpp"
#include "privileged/ownership.hpp"
#include "privileged/step_lock.hpp"
#include "privileged/verb.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <sys/stat.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;
using namespace std::chrono_literals;

std::string read_input() {
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() <= max_request) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            throw os::errno_error("read the arguments");
        }
        text.append(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return text;
}

/// The arguments of a verb that takes descriptors end with their line: the connection goes on.
os::LineWithFiles read_message() {
    struct stat info {};
    if (::fstat(STDIN_FILENO, &info) != 0 || !S_ISSOCK(info.st_mode)) {
        throw Error(ErrorKind::unavailable,
                    "standard input is no socket, so no files can be passed: as a rule sudo has "
                    "put a pipe there to log it",
                    "let sudo not log it, with a line in sudoers: Defaults!/the/path/of/"
                    "banger-priv !log_input, !log_output");
    }
    auto message = os::receive_line(STDIN_FILENO, 10s);
    if (!message) {
        throw Error(ErrorKind::invalid, "the arguments are missing");
    }
    return std::move(*message);
}

nlohmann::json serve(std::string_view name) {
    const Verb* verb = find_verb(name);
    if (verb == nullptr) {
        throw Error(ErrorKind::invalid,
                    "there is no verb \"" + std::string(name.substr(0, 64)) + "\"");
    }
    os::LineWithFiles input =
        verb->takes_files ? read_message() : os::LineWithFiles{read_input(), {}};
    const Action action = parse_request(*verb, input.line);
    const uid_t caller = caller_uid();
    if (verb->changes && ::geteuid() != 0) {
        throw Error(ErrorKind::permission, std::string(name) + " needs root",
                    "run it as root or through sudo");
    }
    const StepLock lock = verb->changes && !verb->takes_files ? StepLock::take() : StepLock();
    net::Netlink netlink;
    Context context{netlink, caller, {}, std::move(input.files)};
    return perform(action, context);
}

/// Who calls us chooses which signals we begin with ignored, and has the keys of a terminal.
/// Neither may let us hold the lock for longer than we would, or not see how a child ends.
void take_signals_back() {
    for (const int needed : {SIGALRM, SIGCHLD}) {
        ::signal(needed, SIG_DFL);
    }
    for (const int stop : {SIGTSTP, SIGTTIN, SIGTTOU}) {
        ::signal(stop, SIG_IGN);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

struct Outcome {
    nlohmann::json answer;
    int status;
};

Outcome respond(std::string_view verb) {
    try {
        return {{{"ok", true}, {"result", serve(verb)}}, 0};
    } catch (...) {
        const Error error = os::current_error();
        const nlohmann::json told{{"kind", os::to_string(error.kind())},
                                  {"message", error.what()},
                                  {"hint", error.hint()}};
        return {{{"ok", false}, {"error", told}}, 1};
    }
}

} // namespace
} // namespace banger::privileged

int main(int argc, char** argv) {
    using namespace banger;
    // Whatever happens, this process ends: whoever started it may not be allowed to kill it.
    privileged::take_signals_back();
    ::alarm(30);
    ::umask(077);
    if (argc != 2 || ::chdir("/") != 0) {
        std::cerr << "usage: banger-priv VERB < arguments.json\n";
        return 2;
    }
    try {
        const auto [json, status] = privileged::respond(argv[1]);
        // A name in an error may be any bytes: never let the answer fail on it.
        const auto replace = nlohmann::json::error_handler_t::replace;
        std::cout << json.dump(-1, ' ', false, replace) << '\n' << std::flush;
        return std::cout.good() ? status : 1;
    } catch (...) {
        return 1; // no memory even for the answer
    }
}
