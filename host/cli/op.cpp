#include "api_client/json.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/operation.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "cli/watch.hpp"
#include "cli/waterfall.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

struct LsArgs {
    int limit = 20;
    std::string state;
    bool json = false;
};

struct OneArgs {
    std::string id;
    bool json = false;
};

std::string coloured_operation_state(const std::string& state, const Terminal& terminal) {
    return state == "succeeded" ? terminal.green(state)
           : state == "failed"  ? terminal.red(state)
                                : terminal.yellow(state);
}

/// Where it is, or where it failed.
std::string stage_of(const Json& json) {
    for (const Json& stage : value_at(json, "stages")) {
        const std::string state = text_at(stage, "state");
        if (state == "failed" || state == "cancelled") {
            return text_at(stage, "name");
        }
    }
    return text_at(json, "stage");
}

int ls(Session& session, const LsArgs& args) {
    const std::string query =
        "?limit=" + std::to_string(args.limit) + (args.state.empty() ? "" : "&state=" + args.state);
    Noun noun = operation_noun;
    const std::string path = operation_noun.path + query;
    noun.path = path.c_str();
    const Json operations = list(session.api(), noun);
    if (args.json) {
        session.print_json(operations);
        return 0;
    }
    if (operations.empty()) {
        session.note("no operations");
        return 0;
    }
    Table table({"ID", "KIND", "TARGET", "STATE", "STAGE", "TOOK", "AGE", "BY"});
    for (const Json& json : operations) {
        table.add({text_at(json, "id"), text_at(json, "kind"), text_at(json, "target"),
                   coloured_operation_state(text_at(json, "state"), session.out), stage_of(json),
                   duration_text(number_at(json, "elapsed_ms").value_or(0) / 1000),
                   age_since(text_at(json, "created_at")), text_at(json, "initiator")});
    }
    session.print(table.text(session.out));
    return 0;
}

void show_log(const Session& session, const Json& json) {
    for (const Json& entry : value_at(json, "log")) {
        session.print("  " + session.out.dim(text_at(entry, "at")) + "  " +
                      text_at(entry, "level") + "  " + plain_line(text_at(entry, "text")) + "\n");
    }
    for (const Json& call : value_at(json, "privileged")) {
        const bool ok = value_at(call, "ok") == Json(true);
        session.print("  privileged: " + plain_line(text_at(call, "command")) + "  " +
                      duration_text(number_at(call, "ms").value_or(0) / 1000) +
                      (ok ? "" : "  " + session.out.red("failed")) + "\n");
    }
}

/// Its full id: the begin of one will do when no other operation has the same.
std::string full_id(const Api& api, const std::string& begin) {
    try {
        (void)api.get(operation_noun.target(begin));
        return begin;
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::not_found) {
            throw;
        }
    }
    Noun noun = operation_noun;
    const std::string path = std::string(operation_noun.path) + "?limit=500";
    noun.path = path.c_str();
    std::vector<std::string> ids = names(api, noun);
    std::erase_if(ids, [&](const std::string& id) {
        return begin.empty() || !(id.starts_with(begin) || id.starts_with("op-" + begin));
    });
    if (ids.size() > 1) {
        throw os::Error(os::ErrorKind::invalid, "several operations begin with '" + begin + "'",
                        "there are " + ids[0] + ", " + ids[1] + (ids.size() > 2 ? " ..." : ""));
    }
    return ids.empty() ? begin : ids.front();
}

int show(Session& session, const OneArgs& args) {
    const Json json = get_one(session.api(), operation_noun, full_id(session.api(), args.id));
    if (args.json) {
        session.print_json(json);
        return 0;
    }
    const Json& error = value_at(json, "error");
    session.print(
        described({{"id", text_at(json, "id")},
                   {"what", text_at(json, "kind") + " " + text_at(json, "target")},
                   {"state", coloured_operation_state(text_at(json, "state"), session.out)},
                   {"stage", stage_of(json)},
                   {"asked by", text_at(json, "initiator")},
                   {"began", text_at(json, "created_at")},
                   {"ended", text_at(json, "ended_at")},
                   {"error", text_at(error, "message")},
                   {"hint", text_at(error, "hint")}},
                  session.out));
    std::vector<Span> spans;
    if (const auto operation = operation_of(json)) {
        for (const Stage& stage : operation->stages) {
            const bool bad = stage.state == "failed" || stage.state == "cancelled";
            spans.push_back(
                {stage.name + (bad ? " " + stage.state : ""), stage.seconds.value_or(0), bad});
        }
    }
    session.print(spans.empty() ? "" : "\n" + waterfall(spans, session.out));
    if (!value_at(json, "log").empty() || !value_at(json, "privileged").empty()) {
        session.print("\n");
        show_log(session, json);
    }
    return 0;
}

int watch(Session& session, const OneArgs& args) {
    const Json before = get_one(session.api(), operation_noun, full_id(session.api(), args.id));
    const std::string what = text_at(before, "kind");
    const auto outcomes =
        carry_out(session, what.c_str(), {{text_at(before, "target"), [&] { return before; }}});
    const Outcome& outcome = outcomes.front();
    if (!outcome.error && !outcome.left_running) {
        session.print(what + " " + outcome.name + " succeeded (" + duration_text(outcome.seconds) +
                      ")\n");
    }
    return conclude(session, outcomes);
}

int cancel(Session& session, const OneArgs& args) {
    const std::string id = full_id(session.api(), args.id);
    try {
        session.api().post(operation_noun.target(id) + "/cancel");
    } catch (const os::Error& error) {
        throw explained(session.api(), operation_noun, id, error);
    }
    session.print(id + " is being cancelled\n");
    return 0;
}

CLI::App* add(CLI::App& noun, Session& session, const char* word, const char* summary,
              int (*run)(Session&, const OneArgs&), bool json) {
    auto args = std::make_shared<OneArgs>();
    CLI::App* verb = noun.add_subcommand(word, summary);
    verb->add_option("ID", args->id, "The operation; the begin of its id will do")->required();
    if (json) {
        json_flag(verb, args->json);
    }
    runs(verb, session, args, run);
    return verb;
}

} // namespace

void add_op(CLI::App& noun, Session& session) {
    auto ls_args = std::make_shared<LsArgs>();
    CLI::App* verb = noun.add_subcommand("ls", "List the operations, newest first")->alias("list");
    verb->add_option("-n,--limit", ls_args->limit, "How many (default: 20)")
        ->check(whole_number(1, 500))
        ->type_name("N");
    verb->add_option("--state", ls_args->state, "Only those in this state")
        ->check(one_of({"queued", "running", "cancelling", "succeeded", "failed", "cancelled"}))
        ->type_name("STATE");
    json_flag(verb, ls_args->json);
    runs(verb, session, ls_args, ls);
    add(noun, session, "show", "Show one: stages, log, privileged steps", show, true);
    add(noun, session, "watch", "See one through to its end", watch, false);
    add(noun, session, "cancel", "Cancel one; what it did is undone", cancel, false);
}

} // namespace banger::cli
