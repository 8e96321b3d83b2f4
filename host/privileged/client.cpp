#include "privileged/client.hpp"

#include "os/child.hpp"
#include "os/enum_names.hpp"
#include "os/error.hpp"
#include "os/join.hpp"
#include "os/paths.hpp"
#include "os/run.hpp"
#include "privileged/answer.hpp"
#include "privileged/root_owned.hpp"

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

/// For sudoers (its special characters), inside a shell's single quotes.
std::string escaped(const std::string& word) {
    std::string text;
    for (const char c : word) {
        if (std::string_view(" ,:=\\").find(c) != std::string_view::npos) {
            text += '\\';
        }
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return text;
}

/// "batch (bridge-ensure, tap-create)": a batch is known by what is in it.
std::string step_name(std::string_view verb, const nlohmann::json& args) {
    std::string parts;
    if (const auto steps = args.find("steps"); verb == "batch" && steps != args.end()) {
        for (const nlohmann::json& step : *steps) {
            // What is no step is for the helper to refuse.
            const auto part = step.is_object() ? step.find("verb") : step.end();
            if (part != step.end() && part->is_string() &&
                parts.find(part->get<std::string>()) == std::string::npos) {
                parts += (parts.empty() ? "" : ", ") + part->get<std::string>();
            }
        }
    }
    return std::string(verb) + (parts.empty() ? "" : " (" + parts + ")");
}

} // namespace

std::string_view to_string(Mode mode) noexcept {
    return modes.name(mode);
}

Client::Client(Log log)
    : Client(os::installation().libexec / "banger-priv", detect_mode(), std::move(log)) {}

Client::Client(fs::path helper, Mode mode, Log log, uid_t trusted)
    : helper_(std::move(helper)), mode_(mode), log_(std::move(log)), trusted_(trusted) {}

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
    const std::string subject = user[0] == '#' ? "\\" + user : escaped(user);
    const std::string file = "/etc/sudoers.d/banger-" + std::to_string(::getuid());
    return "echo '" + subject + " ALL=(root) NOPASSWD: " + escaped(helper_.string()) +
           "' | sudo install -m 0440 /dev/stdin " + file;
}

std::optional<Client::Obstacle> Client::obstacle() const {
    if (mode_ == Mode::none) {
        return Obstacle{"sudo is not installed and this user is not root",
                        "su -c 'apt install sudo && /usr/sbin/adduser " + user_name() + " sudo'"};
    }
    std::error_code code;
    if (!fs::exists(helper_, code)) {
        return Obstacle{helper_.string() + " does not exist: the installation is incomplete", {}};
    }
    if (mode_ == Mode::root) {
        return std::nullopt; // root trusts its own choice
    }
    const fs::path part = changeable_part(helper_, trusted_);
    if (part.empty()) {
        return std::nullopt;
    }
    const std::string reason = "sudo must not run " + helper_.string() +
                               " as root: " + (part == helper_ ? "it" : part.string()) +
                               " can be changed by others than root";
    if (struct stat info{}; ::stat(part.c_str(), &info) == 0 && info.st_uid == 0) {
        return Obstacle{reason, "sudo chmod go-w '" + part.string() + "'"};
    }
    const std::string source = os::installation().source.string();
    return Obstacle{reason, "make " + (source.empty() ? "" : "-C '" + source + "' ") +
                                "install && banger daemon stop && /usr/local/bin/banger doctor"};
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
    auto result = result_of(output.out);
    if (!result) {
        throw silent_end(argv, output.status, output.err, allow_command());
    }
    return std::move(*result);
}

void Client::require_no_obstacle(const std::string& step) const {
    if (const auto found = obstacle()) {
        throw Error(ErrorKind::permission, step + " needs root: " + found->reason,
                    found->remedy.empty() ? "install banger anew" : "allow it: " + found->remedy);
    }
}

std::vector<std::string> Client::lasting_command(std::string_view verb) const {
    require_no_obstacle("step " + std::string(verb));
    return command_line(verb);
}

nlohmann::json Client::run(std::string_view verb, const nlohmann::json& args,
                           std::chrono::milliseconds timeout, int cancel_fd, const Log& log) const {
    const std::string step = "step " + step_name(verb, args);
    if (!only_reads(verb)) {
        require_no_obstacle(step);
    }
    const std::vector<std::string> argv = command_line(verb);
    const std::string input = args.dump();
    CallRecord record{os::join(argv, " ") + " " + input};
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
        throw error.with_context(step);
    }
}

Readiness Client::readiness() const {
    Readiness readiness{.mode = mode_};
    if (const auto found = obstacle()) {
        readiness.reason = found->reason;
        readiness.command = found->remedy;
        return readiness;
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
