// banger-priv: the steps of banger that need root. One verb a run, its arguments as a JSON object
// on standard input, the answer as a JSON object on standard output. Run as root or by `sudo -n`.

#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verb.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
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

/// One changing verb at a time on this machine: each looks before it acts. Below /run only root can
/// hold the lock, so no user can block another.
os::UniqueFd take_lock() {
    os::UniqueFd file = os::open_file("/run/banger-priv.lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw os::errno_error("lock /run/banger-priv.lock");
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(ErrorKind::timeout, "another privileged step of banger does not end",
                        "look for a hanging banger-priv process");
        }
        std::this_thread::sleep_for(2ms);
    }
    return file;
}

nlohmann::json serve(std::string_view name) {
    const Verb* verb = find_verb(name);
    if (verb == nullptr) {
        throw Error(ErrorKind::invalid,
                    "there is no verb \"" + std::string(name.substr(0, 64)) + "\"");
    }
    const Action action = parse_request(*verb, read_input());
    const uid_t caller = caller_uid();
    os::UniqueFd lock;
    if (verb->changes) {
        if (::geteuid() != 0) {
            throw Error(ErrorKind::permission, std::string(name) + " needs root",
                        "run it as root or through sudo");
        }
        lock = take_lock();
    }
    net::Netlink netlink;
    Context context{netlink, caller, {}};
    return perform(action, context);
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
