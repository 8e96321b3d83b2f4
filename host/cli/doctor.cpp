#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/console_text.hpp"
#include "cli/leaks.hpp"
#include "cli/noun.hpp"
#include "os/run.hpp"

namespace banger::cli {
namespace {

struct DoctorArgs {
    bool json = false;
    bool leaks = false;
    bool fix = false;
    bool yes = false;
};

std::string mark(const std::string& severity, const Terminal& out) {
    if (severity == "ok") {
        return out.green("✓");
    }
    if (severity == "error") {
        return out.red("✗");
    }
    return severity == "warning" ? out.yellow("!") : "·";
}

void print_check(const Session& session, const Json& check) {
    const Terminal& out = session.out;
    const auto width = static_cast<std::size_t>(out.width);
    const std::string severity = text_at(check, "severity");
    const std::string source = shown_line(text_at(check, "source"), false);
    const std::string title = shown_line(text_at(check, "title"), false);
    // Whose check it is matters when a plugin's is bad.
    const bool named = severity != "ok" && !source.empty() && source != "banger";
    session.print(mark(severity, out) + " " +
                  wrapped((named ? source + ": " : "") + title, width, 2) + "\n");
    if (const std::string cause = shown_line(text_at(check, "cause"), false); !cause.empty()) {
        session.print("    " + out.dim(wrapped(cause, width, 4)) + "\n");
    }
    if (const std::string fix = shown_line(text_at(check, "fix"), false);
        !fix.empty() && severity != "ok") {
        session.print("    " + out.bold("fix:") + " " + wrapped(fix, width, 9) + "\n");
    }
}

std::string verdict(int errors, int warnings) {
    if (errors + warnings == 0) {
        return "everything is in order";
    }
    const auto count = [](int number, const char* what) {
        return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
    };
    if (errors == 0) {
        return count(warnings, "warning") + "; VMs can run";
    }
    return count(errors, "error") + (warnings > 0 ? ", " + count(warnings, "warning") : "");
}

/// What bangerd finds without serving anybody, behind why it does not serve.
Json without_daemon(const os::Error& not_started, const std::string& program) {
    os::RunOptions options;
    options.timeout = std::chrono::seconds(60); // a KVM that hangs is found out in seconds
    const os::Output told = os::run({program, "--check-host"}, options);
    Json answer = Json::parse(told.out, nullptr, false);
    if (!answer.is_object() || !answer.contains("checks")) {
        throw not_started;
    }
    Json& checks = answer["checks"];
    std::string cause;
    for (const std::string& line : not_started.details()) {
        cause += (cause.empty() ? "" : "; ") + line;
    }
    const Json daemon{{"id", "daemon"},      {"source", "banger"},
                      {"severity", "error"}, {"title", not_started.what()},
                      {"cause", cause},      {"fix", not_started.hint()}};
    checks.insert(checks.begin(), daemon);
    return answer;
}

/// A machine on which the daemon does not start needs its doctor most.
Json findings(Session& session) {
    try {
        return session.api().get("/v1/doctor");
    } catch (const os::Error& error) {
        const std::string program = (os::installation().bin / "bangerd").string();
        if (error.kind() != os::ErrorKind::unavailable || session.running_api() ||
            !os::find_program(program)) {
            throw;
        }
        return without_daemon(error, program);
    }
}

struct Count {
    int errors = 0, warnings = 0, repairable = 0;
};

bool is_repairable(const Json& check) {
    return !value_at(check, "repair").empty();
}

Count count(const Json& checks) {
    Count count;
    for (const Json& check : checks) {
        count.errors += text_at(check, "severity") == "error" ? 1 : 0;
        count.warnings += text_at(check, "severity") == "warning" ? 1 : 0;
        count.repairable += is_repairable(check) ? 1 : 0;
    }
    return count;
}

/// What is going to be done is shown before it is asked for.
bool agreed(const Session& session, const Json& check, bool yes) {
    if (yes) {
        return true;
    }
    std::string text = text_at(check, "title") + ". This is done about it:\n";
    for (const Json& line : value_at(check, "repair")) {
        text += "    " + line.get<std::string>() + "\n";
    }
    session.note(text.substr(0, text.size() - 1));
    if (!session.in_is_tty) {
        session.note("nothing is done without a terminal to ask on\n" +
                     session.err.yellow("hint:") + " add --yes to do it without being asked");
        return false;
    }
    return confirm("Do it?");
}

/// Puts the check as it is after its repair in its place. False when that failed, which is told.
bool repair(Session& session, Json& check) {
    const std::string source = text_at(check, "source");
    const std::string name = text_at(check, "id");
    try {
        const Json answer = session.api().post("/v1/plugins/" + source + "/actions/doctor/" + name,
                                               {{"repair", true}});
        for (const Json& output : value_at(answer, "output")) {
            Json after = value_at(output, "json");
            if (after.is_object()) {
                after["id"] = name;
                after["source"] = source;
                check = std::move(after);
                break;
            }
        }
        return !is_repairable(check);
    } catch (const os::Error& error) {
        session.report(error.with_context(source + ": " + name));
        return false;
    }
}

/// False when one that can be repaired is not.
bool repair_all(Session& session, Json& checks, const DoctorArgs& args) {
    bool all = true;
    for (Json& check : checks) {
        if (is_repairable(check)) {
            const bool done = agreed(session, check, args.yes) && repair(session, check);
            all = all && done;
        }
    }
    return all;
}

int doctor(Session& session, const DoctorArgs& args) {
    if (args.leaks) {
        return leaks(session, {args.fix, args.yes, args.json});
    }
    Json answer = findings(session);
    Json& checks = answer["checks"];
    const bool repaired = !args.fix || repair_all(session, checks, args);
    const Count found = count(checks);
    const int code = as_int(found.errors > 0 || !repaired ? ExitCode::failed : ExitCode::ok);
    if (args.json) {
        session.print_json(answer);
        return code;
    }
    for (const Json& check : checks) {
        print_check(session, check);
    }
    session.print("\n" + verdict(found.errors, found.warnings) + "\n");
    if (found.repairable > 0 && !args.fix) {
        session.note("banger can repair " + std::to_string(found.repairable) +
                     " of that, after asking: banger doctor --fix");
    }
    return code;
}

} // namespace

void add_doctor(CLI::App& noun, Session& session) {
    auto args = std::make_shared<DoctorArgs>();
    json_flag(&noun, args->json);
    noun.add_flag("--leaks", args->leaks, "Instead: what is left of banger that no VM needs");
    CLI::Option* fix =
        noun.add_flag("--fix", args->fix,
                      "Repair what can be; with --leaks: free it. It is shown first, "
                      "and asked for");
    noun.add_flag("-y,--yes", args->yes, "Do not ask")->needs(fix);
    noun.footer(
        "Where bangerd does not start, it says why, and what can be checked without it.\n"
        "Exit status 1 when something is an error, or left over, or was not repaired by --fix.");
    runs(&noun, session, args, doctor);
}

} // namespace banger::cli
