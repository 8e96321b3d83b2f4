#include "cli/leaks.hpp"

#include "api_client/json.hpp"
#include "cli/confirm.hpp"
#include "cli/footprint_table.hpp"
#include "cli/noun.hpp"
#include "cli/session.hpp"

#include <algorithm>

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

/// Without a terminal nothing is asked, and nothing done.
bool agreed(const Session& session, std::size_t count) {
    if (!session.in_is_tty) {
        session.note("nothing is freed without a terminal to ask on\n" +
                     session.err.yellow("hint:") + " add --yes to free it without being asked");
        return false;
    }
    return confirm(count == 1 ? "Free it?" : "Free these?");
}

/// Each object is tried once.
bool is_among(const Json& object, const Json& freed, const Json& left) {
    const auto same = [&](const Json& other) {
        return named(other) == named(object) &&
               text_at(other, "plugin") == text_at(object, "plugin");
    };
    return std::any_of(freed.begin(), freed.end(), same) ||
           std::any_of(left.begin(), left.end(), same);
}

/// False when it is still there; that is told.
bool release(Session& session, const Json& object) {
    if (object.contains("error")) {
        return false; // of a plugin that could not say what it holds
    }
    try {
        (void)session.api().post("/v1/footprint/release", object);
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::not_found) { // as a supervisor that ended with its VMM
            session.report(error.with_context(named(object)));
            return false;
        }
    }
    return true;
}

int release_all(Session& session, std::vector<Json> objects, bool json) {
    Json freed = Json::array();
    Json left = Json::array();
    while (!objects.empty()) {
        for (const Json& object : objects) {
            const bool gone = release(session, object);
            (gone ? freed : left).push_back(object);
            if (gone && !json) {
                session.print("freed " + named(object) + "\n");
            }
        }
        objects = strays(session); // a tap, say, is nobody's only when its VMM is gone
        std::erase_if(objects, [&](const Json& object) { return is_among(object, freed, left); });
    }
    const int code = as_int(left.empty() ? ExitCode::ok : ExitCode::failed);
    if (json) {
        session.print_json({{"freed", std::move(freed)}, {"left", std::move(left)}});
    }
    return code;
}

} // namespace

int leaks(Session& session, const LeakArgs& args) {
    std::vector<Json> objects = strays(session);
    if (args.json && !args.fix) {
        session.print_json(objects);
        return as_int(objects.empty() ? ExitCode::ok : ExitCode::failed);
    }
    if (objects.empty() && !args.json) {
        session.print("nothing of banger is left over on this machine\n");
        return 0;
    }
    if (!args.json) {
        print_objects(session, objects);
    }
    if (!args.fix) {
        session.note("free them with: banger doctor --leaks --fix");
        return as_int(ExitCode::failed);
    }
    if (!args.yes && !objects.empty() && !agreed(session, objects.size())) {
        return as_int(ExitCode::failed);
    }
    return release_all(session, std::move(objects), args.json);
}

} // namespace banger::cli
