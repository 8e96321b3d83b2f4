#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"

namespace banger::cli {
namespace {

struct DoctorArgs {
    bool json = false;
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

int doctor(Session& session, const DoctorArgs& args) {
    const Json answer = session.api().get("/v1/doctor");
    const Json& checks = value_at(answer, "checks");
    int errors = 0;
    int warnings = 0;
    for (const Json& check : checks) {
        errors += text_at(check, "severity") == "error" ? 1 : 0;
        warnings += text_at(check, "severity") == "warning" ? 1 : 0;
    }
    const int code = as_int(errors > 0 ? ExitCode::failed : ExitCode::ok);
    if (args.json) {
        session.print_json(answer);
        return code;
    }
    for (const Json& check : checks) {
        const std::string severity = text_at(check, "severity");
        const std::string source = text_at(check, "source");
        session.print(mark(severity, session.out) + " " + text_at(check, "title") +
                      (source.empty() ? "" : session.out.dim("  [" + source + "]")) + "\n");
        if (severity != "ok") {
            const std::string cause = text_at(check, "cause");
            const std::string fix = text_at(check, "fix");
            session.print(cause.empty() ? "" : "    " + cause + "\n");
            session.print(fix.empty() ? "" : "    fix: " + fix + "\n");
        }
    }
    session.print(errors + warnings == 0
                      ? "everything is in order\n"
                      : std::to_string(errors) + (errors == 1 ? " error, " : " errors, ") +
                            std::to_string(warnings) +
                            (warnings == 1 ? " warning\n" : " warnings\n"));
    return code;
}

} // namespace

void add_doctor(CLI::App& noun, Session& session) {
    auto args = std::make_shared<DoctorArgs>();
    json_flag(&noun, args->json);
    noun.footer("Exit status 1 when something is an error.");
    runs(&noun, session, args, doctor);
}

} // namespace banger::cli
