#include "api_client/json.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "cli/targets.hpp"
#include "os/nearest.hpp"

#include <algorithm>
#include <set>

namespace banger::cli {
namespace {

struct ChangeArgs {
    std::vector<std::string> names;
    std::string timeout;
    bool force = false;
    bool yes = false;
};

using Request = std::function<Json(Api&, const std::string& name)>;

Json body_of(const ChangeArgs& args) {
    Json body = Json::object();
    if (!args.timeout.empty()) {
        body["timeout_s"] = parse_seconds("--timeout", args.timeout);
    }
    if (args.force) {
        body["force"] = true;
    }
    return body;
}

Request post(const char* verb, Json body) {
    return [verb, body = std::move(body)](Api& api, const std::string& name) {
        return api.post(vm_noun.target(name) + "/" + verb, body);
    };
}

int start(Session& session, const ChangeArgs& args) {
    return change_all(session, vm_noun, "vm", args.names, "started", post("start", body_of(args)));
}

int stop(Session& session, const ChangeArgs& args) {
    return change_all(session, vm_noun, "vm", args.names, "stopped", post("stop", body_of(args)));
}

int restart(Session& session, const ChangeArgs& args) {
    return change_all(session, vm_noun, "vm", args.names, "restarted",
                      post("restart", body_of(args)));
}

int kill(Session& session, const ChangeArgs& args) {
    return change_all(session, vm_noun, "vm", args.names, "killed", post("kill", Json::object()));
}

int trim(Session& session, const ChangeArgs& args) {
    return change_all(session, vm_noun, "vm", args.names, "trimmed", post("trim", Json::object()));
}

bool at_rest(const std::string& state) {
    return state == "stopped" || state == "crashed" || state == "cleanup-pending";
}

enum class Answer { delete_all, delete_stopped, no };

/// Asks once for all. Nobody is asked about a list with a slip in it: throws for a name that does
/// not exist.
Answer ask(Session& session, const std::vector<std::string>& names) {
    const Several several = get_all(session.api(), vm_noun, names);
    if (!several.missing.empty()) {
        const os::Error& first = several.missing.front();
        throw os::Error(first.kind(), first.what(),
                        names.size() == 1 ? first.hint() : "nothing was deleted");
    }
    std::string question;
    bool running = false;
    std::set<std::string> asked;
    for (const Json& vm : several.found) {
        const std::string name = text_at(vm, "name");
        if (!asked.insert(name).second) {
            continue;
        }
        const std::string state = text_at(vm, "state");
        running = running || !at_rest(state);
        question += (question.empty() ? "" : ", ") + name +
                    (at_rest(state) ? "" : " (" + session.err.yellow(state) + ")");
    }
    if (!confirm("Delete " + question + " and everything on the disks?")) {
        return Answer::no;
    }
    return running ? Answer::delete_all : Answer::delete_stopped;
}

int remove(Session& session, const ChangeArgs& args) {
    bool force = args.force;
    if (!args.yes && !args.force && session.in_is_tty && session.err.tty) {
        const Answer answer = ask(session, args.names);
        if (answer == Answer::no) {
            session.note("nothing was deleted");
            return as_int(ExitCode::failed);
        }
        force = answer == Answer::delete_all;
    }
    return change_all(session, vm_noun, "vm", args.names, "deleted",
                      [force](Api& api, const std::string& name) {
                          try {
                              return api.remove(vm_noun.target(name) + (force ? "?force=1" : ""));
                          } catch (const os::Error& error) {
                              if (error.kind() == os::ErrorKind::conflict && error.hint().empty()) {
                                  throw os::Error(error.kind(), error.what(),
                                                  "--force deletes it even while it runs");
                              }
                              throw;
                          }
                      });
}

struct WaitArgs {
    std::string name;
    std::string state = "ready";
    std::string timeout;
    bool json = false;
};

std::string near_name(const Session& session, const std::string& name) {
    try {
        const auto api = session.running_api();
        return api ? os::did_you_mean(name, names(*api, vm_noun)) : "";
    } catch (const os::Error&) { // a courtesy
        return {};
    }
}

int wait(Session& session, const WaitArgs& args) {
    constexpr std::int64_t for_ever = 24 * 3600; // the longest that the daemon waits
    const std::int64_t seconds =
        args.timeout.empty() ? for_ever : parse_seconds("--timeout", args.timeout);
    api_client::Request request;
    request.target = vm_noun.target(args.name) + "/wait?state=" + args.state +
                     "&timeout_s=" + std::to_string(seconds);
    const std::chrono::seconds patience(seconds + 30);
    Json vm;
    try {
        vm = api_client::parsed(session.api().open(request, patience).read_all(patience), "wait");
    } catch (const os::Error& error) {
        if (args.state != "deleted" || error.kind() != os::ErrorKind::not_found) {
            throw explained(session.api(), vm_noun, args.name, error);
        }
        vm = {{"name", args.name}, {"state", "deleted"}}; // as wished, unless it is a slip
        session.note("no VM named '" + args.name + "' (already deleted, or never there)" +
                     near_name(session, args.name));
    }
    if (args.json) {
        session.print_json(vm);
    } else {
        session.print(args.name + " is " + args.state + "\n");
    }
    return 0;
}

CLI::App* add(CLI::App& vm, Session& session, const char* word, const char* summary,
              int (*run)(Session&, const ChangeArgs&), const std::shared_ptr<ChangeArgs>& args) {
    CLI::App* verb = vm.add_subcommand(word, summary);
    verb->add_option("NAME", args->names, "One VM or several; they are done together")->required();
    runs(verb, session, args, run);
    return verb;
}

} // namespace

void add_vm_changes(CLI::App& vm, Session& session) {
    const auto make = [] { return std::make_shared<ChangeArgs>(); };
    const auto timeout = [](CLI::App* verb, ChangeArgs& args, const char* text) {
        verb->add_option("--timeout", args.timeout, text)->type_name("TIME");
    };
    auto args = make();
    timeout(add(vm, session, "start", "Start stopped VMs", start, args), *args,
            "Give up and stop it after this time");
    args = make();
    CLI::App* verb = add(vm, session, "stop", "Shut VMs down; their disks stay", stop, args);
    timeout(verb, *args, "Pull the plug when the guest takes longer");
    verb->add_flag("-f,--force", args->force, "Do not ask the guest");
    examples(verb, "  banger vm stop testbox\n  banger vm stop a b c --timeout 30s");
    args = make();
    timeout(add(vm, session, "restart", "Stop VMs and start them again", restart, args), *args,
            "Give up after this time");
    add(vm, session, "kill", "End VMs at once, as a power cut would", kill, make());
    verb =
        add(vm, session, "trim", "Give what VMs deleted back to this machine, now", trim, make());
    examples(verb,
             "  banger vm trim testbox\n"
             "A VM does so by itself when it deletes something, with QEMU and without limits of "
             "its disks.");
    args = make();
    verb = add(vm, session, "delete", "Delete VMs with their disks", remove, args)->alias("rm");
    verb->add_flag("-y,--yes", args->yes, "Do not ask; refuse the ones that run");
    verb->add_flag("-f,--force", args->force, "Do not ask, and delete the ones that run too");
    examples(verb,
             "  banger vm delete testbox          asks first on a terminal\n"
             "  banger vm delete --force a b      asks nothing, running or not\n"
             "Without a terminal nothing is asked: stopped VMs go, running ones need --force.");

    auto wait_args = std::make_shared<WaitArgs>();
    verb = vm.add_subcommand("wait", "Wait until a VM is in a state");
    verb->add_option("NAME", wait_args->name, "The VM")->required();
    verb->add_option("--for,--state", wait_args->state,
                     "ready (default), running, stopped or deleted")
        ->check(one_of({"ready", "running", "stopped", "deleted"}))
        ->type_name("STATE");
    verb->add_option("--timeout", wait_args->timeout, "Fail after this time")->type_name("TIME");
    json_flag(verb, wait_args->json);
    examples(verb,
             "  banger vm wait testbox --for stopped --timeout 2m\n"
             "A VM that does not exist is deleted: --for deleted then succeeds, and says so.");
    runs(verb, session, wait_args, wait);
}

} // namespace banger::cli
