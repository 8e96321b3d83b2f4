#include "cli/leaks.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

#include <iostream>

namespace banger::cli {
namespace {

std::vector<Json> strays(Session& session) {
    std::vector<Json> found;
    const Json answer = session.api().get("/v1/footprint?stray=1");
    for (const Json& object : value_at(answer, "objects")) {
        found.push_back(object);
    }
    return found;
}

std::string named(const Json& object) {
    return text_at(object, "kind") + " " + text_at(object, "name");
}

/// True when the user wants it. Without a terminal nothing is asked, and nothing done.
bool agreed(const Session& session, std::size_t count) {
    if (!session.in_is_tty) {
        session.note("nothing is freed without a terminal to ask on; --yes does not ask");
        return false;
    }
    std::cerr << "Free " << (count == 1 ? "it" : "these") << "? [y/N] " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "yes";
}

/// The number of those that could not be freed.
std::size_t release(Session& session, const std::vector<Json>& objects) {
    std::size_t left = 0;
    for (const Json& object : objects) {
        if (object.contains("error")) {
            ++left; // of a plugin that could not say what it holds
            continue;
        }
        try {
            (void)session.api().post("/v1/footprint/release", object);
            session.print("freed " + named(object) + "\n");
        } catch (const os::Error& error) {
            session.report(error.with_context(named(object)));
            ++left;
        }
    }
    return left;
}

} // namespace

void print_objects(const Session& session, const std::vector<Json>& objects) {
    Table table({"KIND", "NAME", "STATE", "HOLDER", "WHAT"});
    for (const Json& object : objects) {
        if (object.contains("error")) {
            table.add({"", "", session.out.red("unknown"), text_at(object, "plugin"),
                       text_at(object, "error")});
            continue;
        }
        const std::string state = text_at(object, "state");
        table.add({text_at(object, "kind"), text_at(object, "name"),
                   state == "stray" ? session.out.yellow(state) : state, text_at(object, "plugin"),
                   text_at(object, "detail")});
    }
    session.print(table.text(session.out));
}

int leaks(Session& session, const LeakArgs& args) {
    std::vector<Json> objects = strays(session);
    if (args.json && !args.fix) {
        session.print_json(objects);
        return as_int(objects.empty() ? ExitCode::ok : ExitCode::failed);
    }
    if (objects.empty()) {
        session.print("nothing of banger is left over on this machine\n");
        return 0;
    }
    print_objects(session, objects);
    if (!args.fix) {
        session.note("free them with: banger doctor --leaks --fix");
        return as_int(ExitCode::failed);
    }
    if (!args.yes && !agreed(session, objects.size())) {
        return as_int(ExitCode::failed);
    }
    return as_int(release(session, objects) == 0 ? ExitCode::ok : ExitCode::failed);
}

} // namespace banger::cli
