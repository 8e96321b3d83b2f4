#include "privileged/client.hpp"

#include "os/child.hpp"
#include "os/enum_names.hpp"
#include "os/error.hpp"
#include "os/paths.hpp"
#include "os/run.hpp"

#include <nlohmann/json.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;
namespace fs = std::filesystem;

constexpr auto modes =
    os::enum_names<Mode>({{Mode::root, "root"}, {Mode::sudo, "sudo"}, {Mode::none, "none"}});

/// A verb that changes nothing needs no root, so a cold sudo does not hide what is there. The
/// helper holds the same distinction (verb.cpp); a mistake here could only cost the rights, not
/// give them.
bool only_reads(std::string_view verb) {
    return verb == "links";
}

std::string user_name() {
    const passwd* user = ::getpwuid(::getuid());
    return user != nullptr ? user->pw_name : "#" + std::to_string(::getuid());
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// The first of the helper and its parent folders that somebody other than root may change.
std::string changeable_part(const fs::path& helper) {
    for (fs::path part = helper; !part.empty(); part = part.parent_path()) {
        struct stat info {};
        if (::stat(part.c_str(), &info) == 0 &&
            (info.st_uid != 0 || ((info.st_mode & 022U) != 0 && (info.st_mode & S_ISVTX) == 0))) {
            return part;
        }
        if (part == part.root_path()) {
            break;
        }
    }
    return {};
}

Error error_of(const nlohmann::json& error) {
    return Error(os::error_kind(error.value("kind", "internal")),
                 error.value("message", "no message"), error.value("hint", ""));
}

std::string joined(const std::vector<std::string>& argv, const std::string& input) {
    std::string text;
    for (const std::string& word : argv) {
        text += word + " ";
    }
    return text + input;
}

} // namespace

std::string_view to_string(Mode mode) noexcept {
    return modes.name(mode);
}

Client::Client(Log log)
    : Client(os::installation().libexec / "banger-priv", detect_mode(), std::move(log)) {}

Client::Client(fs::path helper, Mode mode, Log log)
    : helper_(std::move(helper)), mode_(mode), log_(std::move(log)) {}

Mode Client::detect_mode() {
    if (::geteuid() == 0) {
        return Mode::root;
    }
    return os::find_program("sudo") ? Mode::sudo : Mode::none;
}

std::vector<std::string> Client::command_line(std::string_view verb) const {
    if (mode_ == Mode::root || only_reads(verb)) {
        return {helper_.string(), std::string(verb)};
    }
    return {"sudo", "-n", helper_.string(), std::string(verb)};
}

std::string Client::allow_command() const {
    const std::string user = user_name();
    // sudo reads no file with a dot in its name there; a uid's '#' needs its backslash.
    const std::string subject = user[0] == '#' ? "\\" + user : user;
    const std::string file = "/etc/sudoers.d/banger-" + std::to_string(::getuid());
    return "echo '" + subject + " ALL=(root) NOPASSWD: " + helper_.string() +
           "' | sudo install -m 0440 /dev/stdin " + file;
}

void Client::fail_without_answer(const std::string& error_text, int status) const {
    const std::string cause = first_line(error_text);
    if (mode_ == Mode::sudo) {
        throw Error(ErrorKind::permission,
                    "sudo does not run the privileged helper without a password" +
                        (cause.empty() ? "" : " (" + cause + ")"),
                    "allow it once: " + allow_command());
    }
    throw Error(ErrorKind::internal, "the privileged helper ended with status " +
                                         std::to_string(status) + " and no answer" +
                                         (cause.empty() ? "" : " (" + cause + ")"));
}

nlohmann::json Client::attempt(const std::vector<std::string>& argv, const std::string& input,
                               std::chrono::milliseconds timeout, int cancel_fd) const {
    os::RunOptions options;
    options.timeout = timeout;
    options.input = input;
    options.cancel_fd = cancel_fd;
    // Nothing of our environment is its business. As root it must not read a SUDO_UID that some
    // outer sudo left: the taps are for the user that we run as.
    options.env = std::vector<std::string>{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    const os::Output output = os::run(argv, options);
    if (output.timed_out) {
        throw Error(ErrorKind::timeout, "the privileged helper did not answer in " +
                                            std::to_string(timeout.count()) + " ms");
    }
    if (output.cancelled) {
        throw Error(ErrorKind::cancelled, "cancelled while the privileged helper ran");
    }
    const auto answer = nlohmann::json::parse(output.out, nullptr, false);
    if (!answer.is_object() || !answer.contains("ok")) {
        fail_without_answer(output.err, output.status.code);
    }
    if (answer["ok"] != true) {
        throw error_of(answer.value("error", nlohmann::json::object()));
    }
    return answer.value("result", nlohmann::json::object());
}

nlohmann::json Client::run(std::string_view verb, const nlohmann::json& args,
                           std::chrono::milliseconds timeout, int cancel_fd, const Log& log) const {
    if (mode_ == Mode::none && !only_reads(verb)) {
        throw Error(ErrorKind::permission,
                    "step " + std::string(verb) + " needs root, and sudo is not installed",
                    "install sudo and allow " + helper_.string() + ", or run the daemon as root");
    }
    const std::vector<std::string> argv = command_line(verb);
    const std::string input = args.dump();
    CallRecord record{joined(argv, input)};
    const auto started = std::chrono::steady_clock::now();
    const auto finish = [&](bool ok, std::string error) {
        record.time = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - started);
        record.ok = ok;
        record.error = std::move(error);
        if (log_) {
            log_(record);
        }
        if (log) {
            log(record);
        }
    };
    try {
        nlohmann::json result = attempt(argv, input, timeout, cancel_fd);
        finish(true, {});
        return result;
    } catch (const Error& error) {
        finish(false, error.what());
        throw error.with_context("step " + std::string(verb));
    }
}

Readiness Client::readiness() const {
    Readiness readiness{.mode = mode_};
    if (mode_ == Mode::none) {
        readiness.reason = "sudo is not installed and this user is not root";
        readiness.command =
            "su -c 'apt install sudo && /usr/sbin/adduser " + user_name() + " sudo'";
        return readiness;
    }
    if (!fs::exists(helper_)) {
        readiness.reason = helper_.string() + " does not exist: the installation is incomplete";
        return readiness;
    }
    if (const std::string part = changeable_part(helper_); mode_ == Mode::sudo && !part.empty()) {
        readiness.warning = "root runs " + helper_.string() + ", but " + part +
                            " can be changed by others than root; install banger for all users "
                            "before you allow it without a password";
    }
    try {
        const nlohmann::json answer =
            attempt(command_line("version"), "{}", std::chrono::seconds(5), -1);
        readiness.ready = answer.value("root", false);
        if (!readiness.ready) {
            readiness.reason = "sudo does not run the privileged helper as root";
        }
    } catch (const Error& error) {
        readiness.reason = error.what();
    }
    if (!readiness.ready) {
        readiness.command = mode_ == Mode::sudo ? allow_command() : "";
    }
    return readiness;
}

} // namespace banger::privileged
