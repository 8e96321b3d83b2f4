#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/footprint_table.hpp"
#include "cli/guest_config_text.hpp"
#include "cli/guest_text.hpp"
#include "cli/limit_flags.hpp"
#include "cli/noun.hpp"
#include "cli/policy_text.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "cli/waterfall.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

struct LsArgs {
    bool json = false;
    bool quiet = false;
};

struct ShowArgs {
    std::vector<std::string> names;
    bool json = false;
    bool timings = false;
    bool host = false;
    bool guest_config = false;
};

std::string coloured_vm_state(const std::string& state, const Terminal& terminal) {
    if (state == "running") {
        return terminal.green(state);
    }
    if (state == "crashed" || state == "cleanup-pending") {
        return terminal.red(state);
    }
    return state == "stopped" ? state : terminal.yellow(state);
}

std::string size_at(const Json& vm, const char* key) {
    const auto mib = number_at(vm, key);
    return mib ? mib_text(static_cast<std::int64_t>(*mib)) : "";
}

bool runs_now(const Json& vm) {
    const std::string state = text_at(vm, "state");
    return state == "running" || state == "paused";
}

int ls(Session& session, const LsArgs& args) {
    const Json vms = list(session.api(), vm_noun);
    if (args.json) {
        session.print_json(vms);
        return 0;
    }
    if (args.quiet) {
        for (const Json& vm : vms) {
            session.print(text_at(vm, "name") + "\n");
        }
        return 0;
    }
    if (vms.empty()) {
        session.note("no VMs; make one with: banger vm create --name testbox");
        return 0;
    }
    std::vector<std::string> headings{"NAME", "STATE", "ADDRESS", "IMAGE", "VCPU", "MEMORY", "UP"};
    const bool heard = std::any_of(
        vms.begin(), vms.end(), [](const Json& vm) { return value_at(vm, "guest").is_object(); });
    if (heard) { // else the plugin that asks guests is off, or none runs
        headings.emplace_back("GUEST");
    }
    const bool stops =
        std::any_of(vms.begin(), vms.end(), [](const Json& vm) { return !stop_brief(vm).empty(); });
    if (stops) {
        headings.emplace_back("STOPS");
    }
    Table table(std::move(headings));
    for (const Json& vm : vms) {
        std::vector<std::string> cells{text_at(vm, "name"),
                                       coloured_vm_state(text_at(vm, "state"), session.out),
                                       text_at(vm, "ip"),
                                       text_at(vm, "image"),
                                       text_at(vm, "vcpus"),
                                       size_at(vm, "memory_mib"),
                                       runs_now(vm) ? age_since(text_at(vm, "started_at")) : ""};
        if (heard) {
            cells.push_back(guest_brief(vm, session.out));
        }
        if (stops) {
            cells.push_back(stop_brief(vm));
        }
        table.add(std::move(cells));
    }
    session.print(table.text(session.out));
    return 0;
}

/// Lists are told from what follows them: "[api, api.web]".
std::string option_text(const Json& value) {
    return value.is_array() && !value.empty() ? "[" + plain(value) + "]" : plain(value);
}

/// " (plugin nat is off)": what is set has no effect then.
std::string idle_text(const Json& states, const std::string& plugin) {
    const std::string state = text_at(states, plugin.c_str());
    if (state == "active" || !states.is_object()) {
        return {};
    }
    const bool off = state == "disabled" || state == "stopped" || state == "leaving";
    return " (plugin " + plugin + " is " +
           (state.empty() ? "not there"
            : off         ? "off"
                          : state) +
           ")";
}

/// What was set, plugin by plugin; `states` of these by their ids.
std::string options_text(const Json& options, const Json& states) {
    std::string text;
    for (const auto& [plugin, values] : options.items()) {
        std::string part;
        const Json named = values.is_object() ? values : Json{{plugin, values}};
        for (const auto& [name, value] : named.items()) {
            if (const std::string said = option_text(value); !said.empty()) {
                part += (part.empty() ? "" : ", ") + name + "=";
                part += said;
            }
        }
        if (!part.empty()) {
            text += (text.empty() ? "" : "; ") + part + idle_text(states, plugin);
        }
    }
    return text;
}

/// By id; null when that cannot be had.
Json plugin_states(Session& session) {
    try {
        Json states = Json::object();
        for (const Json& plugin : list(session.api(), plugin_noun)) {
            states[text_at(plugin, "id")] = text_at(plugin, "state");
        }
        return states;
    } catch (const os::Error&) { // the VM is what is told
        return nullptr;
    }
}

std::string exit_text(const Json& exit) {
    if (!exit.is_object()) {
        return {};
    }
    const std::string age = age_since(text_at(exit, "at"));
    std::string text = text_at(exit, "cause");
    if (const std::string reason = text_at(exit, "reason"); !reason.empty()) {
        text += ": " + reason;
    }
    return text + (age.empty() ? "" : ", " + age + " ago");
}

std::string started_text(const Json& vm) {
    const std::string started = text_at(vm, "started_at");
    if (started.empty() || !runs_now(vm)) {
        return {};
    }
    std::string text = age_since(started) + " ago (" + started + ")";
    const auto from = parse_time(started);
    const auto to = parse_time(text_at(vm, "ready_at"));
    if (from && to && *to >= *from) {
        text += ", ready after " + duration_text(*to - *from);
    }
    return text;
}

/// The one that runs it; of a VM at rest the one that it is set to.
std::string vmm_text(const Json& vm) {
    const std::string wanted = text_at(vm, "vmm");
    const std::string driver = text_at(vm, "driver");
    if (driver.empty()) {
        return wanted == "auto" ? "auto (chosen at each start)" : wanted;
    }
    const std::string accel = text_at(vm, "accel");
    const std::string why = text_at(vm, "vmm_reason");
    return driver + (accel.empty() ? "" : " (" + accel + ")") +
           (wanted != "auto" ? ""
            : why.empty()    ? ", chosen by banger; banger daemon status says why"
                             : ", chosen by banger: " + why);
}

void show_one(Session& session, const Json& vm) {
    const Terminal& out = session.out;
    const Json& options = value_at(vm, "options");
    const std::string work = size_at(vm, "work_disk_mib");
    const std::string created = text_at(vm, "created_at");
    const Json& paths = value_at(vm, "paths");
    std::vector<std::pair<std::string, std::string>> lines{
        {"name", out.bold(text_at(vm, "name"))},
        {"state", coloured_vm_state(text_at(vm, "state"), out)},
        {"guest", guest_text(vm, out)},
        {"exit", runs_now(vm) ? "" : exit_text(value_at(vm, "exit"))},
        {"address", text_at(vm, "ip")},
        {"host name", text_at(vm, "fqdn")},
        {"mac", text_at(vm, "mac")},
        {"image", text_at(vm, "image")},
        {"size", text_at(vm, "vcpus") + " vcpu, " + size_at(vm, "memory_mib") + " memory"},
        {"disks", size_at(vm, "disk_mib") + " root (" + text_at(vm, "disk_mode") + ")" +
                      (work.empty() ? "" : ", " + work + " on /root")},
        {"limits", limits_text(vm)},
        {"vmm", vmm_text(vm)},
        {"options", options.empty() ? "" : options_text(options, plugin_states(session))},
        {"created", created.empty() ? "" : age_since(created) + " ago (" + created + ")"},
        {"started", started_text(vm)},
        {"process", text_at(vm, "pid")},
        {"id", text_at(vm, "id")},
        {"folder", text_at(paths, "dir")},
        {"console", text_at(paths, "console")},
    };
    const auto policy = policy_lines(vm);
    const auto process = std::find_if(lines.begin(), lines.end(),
                                      [](const auto& line) { return line.first == "process"; });
    lines.insert(process, policy.begin(), policy.end());
    for (const Json& warning : value_at(vm, "warnings")) {
        lines.emplace_back("warning", out.yellow(plain(warning)));
    }
    session.print(described(lines, out));
}

/// What each holds on this machine.
void show_host(Session& session, const std::vector<Json>& vms, const ShowArgs& args) {
    const bool one = args.names.size() == 1;
    Json all = Json::object();
    for (const Json& vm : vms) {
        const std::string name = text_at(vm, "name");
        const Json answer = session.api().get("/v1/footprint?vm=" + api_client::encoded(name));
        const Json& objects = value_at(answer, "objects");
        all[name] = objects;
        if (!args.json) {
            session.print(one ? "" : session.out.bold(name) + "\n");
            print_objects(session, {objects.begin(), objects.end()});
        }
    }
    if (args.json && !vms.empty()) {
        session.print_json(one ? all.front() : all);
    }
}

/// What each is given at a start, with the owner of each field.
void show_guest_configs(Session& session, const std::vector<Json>& vms, const ShowArgs& args) {
    Json all = Json::array();
    for (const Json& vm : vms) {
        Json view = session.api().get(vm_noun.target(text_at(vm, "name")) + "/guest-config");
        if (!args.json) {
            session.print((all.empty() ? "" : "\n") + guest_config_text(view, session.out));
        }
        all.push_back(std::move(view));
    }
    if (args.json && !all.empty()) {
        session.print_json(args.names.size() == 1 ? all.front() : all);
    }
}

void show_timings(const Session& session, const Json& vm) {
    std::vector<Span> spans;
    for (const Json& timing : value_at(vm, "timings")) {
        spans.push_back({text_at(timing, "stage"), number_at(timing, "ms").value_or(0) / 1000});
    }
    if (spans.empty()) {
        session.note(text_at(vm, "name") + " has no timings yet");
    }
    session.print(waterfall(spans, session.out));
}

int show(Session& session, const ShowArgs& args) {
    const Several several = get_all(session.api(), vm_noun, args.names);
    const std::vector<Json>& vms = several.found;
    if (args.host) {
        show_host(session, vms, args);
    } else if (args.guest_config) {
        show_guest_configs(session, vms, args);
    } else if (args.json) {
        print_found(session, several, args.names.size());
    }
    const bool plain_text = !args.host && !args.guest_config && !args.json;
    for (std::size_t i = 0; i < vms.size() && plain_text; ++i) {
        session.print(i == 0 ? "" : "\n");
        if (args.timings) {
            show_timings(session, vms[i]);
        } else {
            show_one(session, vms[i]);
        }
    }
    return report_missing(session, several);
}

} // namespace

void add_vm_reads(CLI::App& vm, Session& session) {
    auto ls_args = std::make_shared<LsArgs>();
    CLI::App* verb = vm.add_subcommand("ls", "List the VMs")->alias("list");
    verb->add_flag("-q,--quiet", ls_args->quiet, "Names only");
    json_flag(verb, ls_args->json);
    examples(
        verb,
        "  banger vm ls\n  banger vm ls --json | jq -r '.[] | select(.state==\"running\").name'");
    runs(verb, session, ls_args, ls);

    auto show_args = std::make_shared<ShowArgs>();
    verb = vm.add_subcommand("show", "Show everything about VMs");
    verb->add_option("NAME", show_args->names, "One VM or several")->required();
    CLI::Option* timings =
        verb->add_flag("--timings", show_args->timings, "Where the time of its last start went");
    CLI::Option* host =
        verb->add_flag("--host", show_args->host,
                       "What it holds on this machine: processes, files, address, tap, rules")
            ->excludes(timings);
    verb->add_flag("--guest-config", show_args->guest_config,
                   "Kernel arguments, drives, cards and files, each with its owner: of the start "
                   "that it runs from, else of the next one")
        ->excludes(timings)
        ->excludes(host);
    json_flag(verb, show_args->json);
    examples(verb, "  banger vm show testbox\n  banger vm show testbox --timings\n"
                   "  banger vm show testbox --guest-config\n"
                   "  banger vm show testbox --json | jq -r .ip");
    runs(verb, session, show_args, show);
}

} // namespace banger::cli
