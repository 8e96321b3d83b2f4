#include "cli/targets.hpp"

#include "api_client/json.hpp"
#include "cli/operation.hpp"
#include "cli/quantity.hpp"
#include "cli/watch.hpp"

#include <algorithm>

namespace banger::cli {

namespace {

/// Of a trim: what there is more room on this machine.
std::string what_it_freed(const Outcome& outcome) {
    const auto bytes = number_at(value_at(outcome.last, "result"), "freed_bytes");
    return bytes ? ", " + bytes_text(*bytes) + " went back to this machine" : "";
}

/// An operation without a stage found the VM as it was wished, or with nothing to end.
std::string what_was_done(const Outcome& outcome, const char* done) {
    const auto work = operation_of(outcome.last);
    if (!work) {
        return std::string(" ") + done;
    }
    if (!work->stages.empty()) {
        return std::string(" ") + done + " (" + duration_text(outcome.seconds) + ")" +
               what_it_freed(outcome);
    }
    const std::string state = text_at(value_at(value_at(outcome.last, "result"), "vm"), "state");
    return " is " + (state.empty() ? done : state) + " already";
}

void warn(const Session& session, const Json& warnings) {
    for (const Json& warning : warnings) {
        session.note(session.err.yellow("warning:") + " " + plain(warning));
    }
}

/// It is as wished, but for what this machine could not take back, or has given up; and what was as
/// wished before.
void tell_the_rest(const Session& session, const Json& result) {
    const Json& vm = value_at(result, "vm");
    for (const Json& note : value_at(result, "notes")) {
        session.note(session.err.yellow("note:") + " " + plain(note));
    }
    if (text_at(vm, "state") == "cleanup-pending") {
        warn(session, value_at(vm, "warnings"));
    }
    warn(session, value_at(result, "warnings"));
}

} // namespace

int change_all(Session& session, const Noun& noun, const char* label,
               const std::vector<std::string>& names, const char* done,
               const std::function<Json(Api&, const std::string& name)>& request) {
    std::vector<std::string> targets;
    for (const std::string& name : names) {
        if (std::find(targets.begin(), targets.end(), name) == targets.end()) {
            targets.push_back(name);
        }
    }
    std::vector<Change> changes;
    for (const std::string& name : targets) {
        changes.push_back({name, [&, name] {
                               try {
                                   return request(session.api(), name);
                               } catch (const os::Error& error) {
                                   throw explained(session.api(), noun, name, error);
                               }
                           }});
    }
    const auto outcomes = carry_out(session, label, changes);
    for (const Outcome& outcome : outcomes) {
        if (!outcome.error && !outcome.left_running) {
            const std::string mark = session.out.tty ? session.out.green("✓") + " " : "";
            session.print(mark + outcome.name + what_was_done(outcome, done) + "\n");
            tell_the_rest(session, value_at(outcome.last, "result"));
        }
    }
    return conclude(session, outcomes);
}

} // namespace banger::cli
