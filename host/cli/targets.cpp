#include "cli/targets.hpp"

#include "api_client/json.hpp"
#include "cli/operation.hpp"
#include "cli/quantity.hpp"
#include "cli/watch.hpp"

#include <algorithm>

namespace banger::cli {

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
            const auto work = operation_of(outcome.last);
            const bool done_before = work && work->stages.empty();
            session.print(mark + outcome.name + (done_before ? " was " : " ") + done +
                          (done_before ? " already"
                           : work      ? " (" + duration_text(outcome.seconds) + ")"
                                       : "") +
                          "\n");
        }
    }
    return conclude(session, outcomes);
}

} // namespace banger::cli
