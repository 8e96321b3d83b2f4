#include "api_client/json.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/config_verdict.hpp"
#include "cli/daemon_start.hpp"
#include "cli/daemon_stop.hpp"
#include "cli/noun.hpp"
#include "cli/operation.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"

#include "os/file.hpp"
#include "os/process.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::cli {
namespace {

struct StatusArgs {
    bool json = false;
};

struct LogsArgs {
    std::size_t lines = 100;
    bool follow = false;
};

/// A new daemon answers before it has taken up the VMs that run: until then what plugins give them
/// (ports, names) may not be there.
void wait_settled(Session& session, Json daemon) {
    constexpr std::chrono::seconds patience{30};
    constexpr useconds_t pause = 100000;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (value_at(daemon, "settled") == Json(false)) {
        if (std::chrono::steady_clock::now() > deadline) {
            session.note("VMs that run are still being taken up; what plugins give them may be "
                         "missing until then: banger op ls");
            return;
        }
        ::usleep(pause);
        daemon = session.api().get("/v1/daemon");
    }
}

/// Wanted plugins that take no part: who has just changed their settings would like to know.
void tell_bad_plugins(Session& session) {
    try {
        for (const Json& plugin : list(session.api(), plugin_noun)) {
            const std::string state = text_at(plugin, "state");
            if (state != "failed" && state != "quarantined" && state != "faulted") {
                continue;
            }
            const std::string id = text_at(plugin, "id");
            const std::string hint = text_at(plugin, "hint");
            std::string said = session.err.yellow("warning:") + " plugin " + id + " is ";
            said += state + ": " + text_at(plugin, "reason") + "; ";
            said += hint.empty() ? "see banger plugin show " + id : hint;
            session.note(said);
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): it runs all the same
    }
}

int start(Session& session, const NoArgs&) {
    const bool before = session.running_api().has_value();
    const Json daemon = session.api().get("/v1/daemon");
    session.print(std::string(before ? "bangerd runs already" : "bangerd started") + ", pid " +
                  text_at(daemon, "pid") + "\n");
    for (const Json& warning : value_at(daemon, "warnings")) {
        session.note("warning: " + plain(warning));
    }
    tell_bad_plugins(session);
    wait_settled(session, daemon);
    return 0;
}

/// What ends with the daemon.
void tell_cancelled(const Session& session, const Api& api) {
    try {
        for (const Json& json : list(api, operation_noun)) {
            if (const auto work = operation_of(json); work && !work->over()) {
                session.note("cancelling " + work->kind + " " + work->target + " (" + work->id +
                             ")");
            }
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): it is stopped all the same
    }
}

Json asked_soon(const Api& api, const api_client::Request& request) {
    constexpr std::chrono::seconds patience{5};
    const std::string body = api.open(request, patience).read_all(patience);
    return body.empty() ? Json() : api_client::parsed(body, request.target);
}

/// Tells it to stop. What ends, and how many VMs run on, if it said so.
std::pair<std::optional<os::ProcessId>, int> tell_to_stop(const Session& session, const Api& api) {
    try {
        const Json daemon = asked_soon(api, {"GET", "/v1/daemon", {}, {}});
        const auto running = number_at(value_at(daemon, "vms"), "running").value_or(0);
        const auto process = os::identify(static_cast<pid_t>(number_at(daemon, "pid").value_or(0)));
        tell_cancelled(session, api);
        (void)asked_soon(api, {"POST", "/v1/daemon/stop", {}, {}});
        return {process, static_cast<int>(running)};
    } catch (const os::Error& error) {
        const auto process =
            error.kind() == os::ErrorKind::timeout ? daemon_process(session.paths()) : std::nullopt;
        if (!process) {
            throw;
        }
        session.note("bangerd does not answer; process " + std::to_string(process->pid) +
                     " is told to end (SIGTERM)");
        (void)os::send_signal(*process, SIGTERM);
        return {process, 0};
    }
}

int stop(Session& session, const NoArgs&) {
    constexpr std::chrono::seconds patience{30};
    const auto api = session.running_api();
    if (!api) {
        session.print("bangerd is not running\n");
        return 0;
    }
    const auto [process, running] = tell_to_stop(session, *api);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (answers(session.paths().socket()) || (process && process->alive())) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw os::Error(os::ErrorKind::timeout, "bangerd still runs after 30 s",
                            "banger daemon logs tells what it is doing" +
                                (process ? "; kill -9 " + std::to_string(process->pid) +
                                               " ends it, and VMs run on"
                                         : std::string()));
        }
        ::usleep(10000);
    }
    session.print("bangerd stopped" +
                  (running == 0   ? std::string()
                   : running == 1 ? "; 1 VM runs on"
                                  : "; " + std::to_string(running) + " VMs run on") +
                  "\n");
    return 0;
}

/// A daemon that runs is worth more than one that a bad file keeps from starting.
void check_config(const Session& session) {
    const std::string file = session.paths().config_file().string();
    const os::Output told = config_verdict(file);
    if (told.status.ok()) {
        return;
    }
    std::vector<std::string> lines;
    std::istringstream text(told.err);
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    throw os::Error(os::ErrorKind::conflict, "bangerd was not stopped: config check finds errors",
                    "correct that and restart again; banger config check says when it is good")
        .with_details(std::move(lines));
}

/// So that a changed config.yaml is read.
int restart(Session& session, const NoArgs& args) {
    if (session.running_api()) {
        check_config(session);
    }
    const int code = stop(session, args);
    return code == 0 ? start(session, args) : code;
}

std::string flattened(const Json& value) {
    if (!value.is_object()) {
        return plain(value);
    }
    std::string text;
    for (const auto& [key, item] : value.items()) {
        const std::string part = flattened(item);
        if (!part.empty()) {
            text.append(text.empty() ? "" : ", ").append(key).append(" ").append(part);
        }
    }
    return text;
}

std::string privilege_text(const Json& privilege, const Terminal& out) {
    const std::string mode = text_at(privilege, "mode");
    if (mode.empty()) {
        return {};
    }
    if (value_at(privilege, "ready") == Json(true)) {
        return out.green(mode == "root" ? "root" : "sudo, ready");
    }
    const std::string command = text_at(privilege, "command");
    return out.yellow(mode + ", not ready") + (command.empty() ? "" : "; to allow it: " + command);
}

/// What plugins say of themselves; a daemon that does not answer this is told of all the same.
void add_plugin_lines(const Api& api, const Terminal& out,
                      std::vector<std::pair<std::string, std::string>>& lines) {
    Json answer;
    try {
        answer = api.get("/v1/daemon/lines");
    } catch (const os::Error& error) {
        lines.emplace_back("", out.red(error.what()));
    }
    for (const Json& line : value_at(answer, "lines")) {
        std::string value = plain(value_at(line, "value"));
        if (const std::string error = text_at(line, "error"); !error.empty()) {
            value += (value.empty() ? "" : "  ") + out.red(error);
        }
        const std::string title = text_at(line, "title");
        lines.emplace_back(title.empty() ? text_at(line, "plugin") : title, value);
    }
}

int status(Session& session, const StatusArgs& args) {
    const auto api = session.running_api();
    if (!api) {
        if (args.json) {
            session.print_json({{"running", false}});
        } else {
            session.print("bangerd is not running; any command that needs it starts it\n");
        }
        return as_int(ExitCode::unreachable);
    }
    Json daemon = api->get("/v1/daemon");
    if (args.json) {
        try {
            daemon["lines"] = value_at(api->get("/v1/daemon/lines"), "lines");
        } catch (const os::Error&) { // a plugin is slow, or the daemon older: the rest is known
            daemon["lines"] = Json::array();
        }
        session.print_json(daemon);
        return 0;
    }
    const Json& vmm = value_at(daemon, "vmm");
    const Json& runtime = value_at(daemon, "runtime");
    const Json& paths = value_at(daemon, "paths");
    const std::string missing = plain(value_at(runtime, "missing"));
    std::vector<std::pair<std::string, std::string>> lines{
        {"bangerd", session.out.green("running") + ", pid " + text_at(daemon, "pid") +
                        ", version " + text_at(daemon, "version")},
        {"up", duration_text(number_at(daemon, "uptime_s").value_or(0))},
        {"vms", flattened(value_at(daemon, "vms"))},
        {"vmm", text_at(vmm, "choice") +
                    (text_at(vmm, "accel").empty() ? "" : " (" + text_at(vmm, "accel") + ")")},
        {"why", text_at(vmm, "reason")},
        {"privilege", privilege_text(value_at(daemon, "privilege"), session.out)},
        {"bundle", text_at(runtime, "bundle") +
                       (missing.empty() ? "" : session.out.red("  missing: " + missing))},
        {"plugins", flattened(value_at(daemon, "plugins"))}};
    add_plugin_lines(*api, session.out, lines);
    lines.insert(lines.end(), {{"config", text_at(paths, "config")},
                               {"data", text_at(paths, "data")},
                               {"socket", session.paths().socket().string()},
                               {"log", session.paths().daemon_log().string()}});
    session.print(described(lines, session.out));
    return 0;
}

/// Goes on with what is appended; a log that was rotated is read from its begin.
[[noreturn]] void follow(const Session& session, const std::string& path) {
    off_t at = 0;
    ino_t inode = 0;
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) {
        at = info.st_size;
        inode = info.st_ino;
    }
    for (;; ::usleep(200000)) {
        if (::stat(path.c_str(), &info) != 0) {
            continue;
        }
        if (info.st_ino != inode || info.st_size < at) {
            inode = info.st_ino;
            at = 0;
        }
        if (info.st_size > at) {
            const os::UniqueFd fd = os::open_file(path, O_RDONLY);
            std::string text(static_cast<std::size_t>(info.st_size - at), '\0');
            const ssize_t n = ::pread(fd.get(), text.data(), text.size(), at);
            text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
            at += std::max<ssize_t>(n, 0);
            session.print(text);
            std::fflush(stdout);
        }
    }
}

int logs(Session& session, const LogsArgs& args) {
    const std::string path = session.paths().daemon_log().string();
    for (const std::string& line : os::tail_lines(path, args.lines)) {
        session.print(line + "\n");
    }
    std::fflush(stdout);
    if (args.follow) {
        follow(session, path);
    }
    if (::access(path.c_str(), R_OK) != 0) {
        throw os::errno_error("read " + path);
    }
    return 0;
}

} // namespace

void add_daemon(CLI::App& noun, Session& session) {
    const auto none = std::make_shared<NoArgs>();
    runs(noun.add_subcommand("start", "Start bangerd, if it does not run"), session, none, start);
    CLI::App* verb =
        noun.add_subcommand("restart", "Stop it and start it, to read config.yaml anew");
    verb->footer(
        "With an error that banger config check finds, it runs on and nothing is stopped;\n"
        "banger daemon stop and start take the file all the same.");
    runs(verb, session, none, restart);
    verb = noun.add_subcommand("stop", "Stop bangerd; the VMs run on");
    runs(verb, session, none, stop);
    auto status_args = std::make_shared<StatusArgs>();
    verb = noun.add_subcommand("status", "What bangerd is and can do here");
    json_flag(verb, status_args->json);
    verb->footer("Does not start it: exit status 4 when it does not run.");
    runs(verb, session, status_args, status);
    auto logs_args = std::make_shared<LogsArgs>();
    verb = noun.add_subcommand("logs", "bangerd's log");
    verb->add_option("-n,--lines", logs_args->lines, "How many lines (default: 100)")
        ->check(whole_number(1, 1000000))
        ->type_name("N");
    verb->add_flag("-f,--follow", logs_args->follow, "Go on as it writes more");
    runs(verb, session, logs_args, logs);
}

} // namespace banger::cli
