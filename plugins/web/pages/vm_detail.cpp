#include "vm_detail.hpp"

#include "console_view.hpp"
#include "figure.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "operation_line.hpp"
#include "shell_word.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_commands.hpp"
#include "vm_facts.hpp"
#include "vm_line.hpp"
#include "vm_ports.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t console_lines = 40;

/// Texts of a list, one for each line of a note.
json texts(const json& list) {
    json lines = json::array();
    for (const json& each : list) {
        if (each.is_string()) {
            lines.push_back({{"TEXT", line_text(each.get_ref<const std::string&>(), 400)}});
        }
    }
    return lines;
}

/// Stages of the last start as bars, each behind the one before; lengths in percent.
json timing_bars(const json& vm) {
    const auto ms_of = [](const json& stage) { return std::min(field_number(stage, "ms"), 1e9); };
    double total = 0;
    for (const json& stage : field_list(vm, "timings")) {
        total += ms_of(stage);
    }
    json bars = json::array();
    double at = 0;
    for (const json& stage : field_list(vm, "timings")) {
        const double ms = ms_of(stage);
        const double width = total > 0 ? std::max(0.5, 100 * ms / total) : 0;
        bars.push_back(
            {{"STAGE", line_in(stage, "stage", 40)},
             {"TOOK", ms < 100 ? std::to_string(std::lround(ms)) + " ms" : seconds_text(ms / 1000)},
             {"X", std::min(total > 0 ? 100 * at / total : 0, 99.5)},
             {"WIDTH", width}});
        at += ms;
    }
    return {{"BARS", bars},
            {"TOTAL", seconds_text(total / 1000)},
            {"TIMED", total > 0},
            {"NOT_TIMED", total <= 0}};
}

/// The operation that worked on it last, if it is known still.
json last_operation(const json& vm, const Snapshot& now) {
    const std::string id = field_text(vm, "last_operation");
    for (const json& operation : now.operations) {
        if (!id.empty() && field_text(operation, "id") == id) {
            return operation_line(operation, now);
        }
    }
    return false;
}

json console_of(Site& site, banger::Call& call, const json& vm) {
    try {
        json console = console_view(site.daemon, call, vm, {"", console_lines});
        console["PROBLEM"] = false;
        return console;
    } catch (const Problem& problem) { // the rest of the page is there all the same
        return {{"RUNS", json::array()},
                {"EMPTY", false},
                {"PROBLEM", {{"MESSAGE", line_text(problem.what(), 300)}}}};
    }
}

json ways_in(const json& vm) {
    const std::string name = field_text(vm, "name");
    json list = json::array({{{"COMMAND", "banger vm ssh " + shell_word(name)}}});
    if (const std::string fqdn = line_in(vm, "fqdn"); !fqdn.empty()) {
        list.push_back({{"COMMAND", "ssh " + shell_word(fqdn)}});
    }
    return list;
}

json host_object(const json& object) {
    const std::string error = line_in(object, "error", 300);
    const std::string state = line_in(object, "state", 20);
    const std::string name = line_in(object, "name", 300);
    return {{"PLUGIN", line_in(object, "plugin", 40)},
            {"KIND", line_in(object, "kind", 40)},
            {"OBJECT", name.empty() ? "not known" : name},
            {"DETAIL", error.empty() ? line_in(object, "detail", 300) : error},
            {"STATE", error.empty() ? state : "not told"},
            {"TONE", !error.empty() || state == "stray" ? "bad"
                     : state == "in-use"                ? "good"
                                                        : "idle"}};
}

bool is_coming(const Snapshot& now, const std::string& name) {
    const json lines = coming_vms(now);
    return std::any_of(lines.begin(), lines.end(),
                       [&](const json& line) { return line.at("NAME") == name; });
}

Response show_vm(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                 const json& vm) {
    const std::string& name = request.args.at(0);
    json model = vm_top(vm, now, "overview");
    site.usage.take(now);
    const json ports = port_rows(vm);
    model.update({{"GUEST", guest_facts(vm, now)},
                  {"MACHINE", machine_facts(vm)},
                  {"LIFE", life_facts(vm, now)},
                  {"OPTIONS", option_facts(vm, now)},
                  {"COMMANDS", vm_commands(vm)},
                  {"WAYS_IN", ways_in(vm)},
                  {"TIMINGS", timing_bars(vm)},
                  {"LAST", last_operation(vm, now)},
                  {"CONSOLE", console_of(site, call, vm)},
                  {"SPARK", sparkline("CPU of " + name, site.usage.cpu(field_text(vm, "id")))},
                  {"PORTS", ports},
                  {"NO_PORTS", ports.empty()},
                  {"EVERY", 5}});
    model["HAS_OPTIONS"] = !model.at("OPTIONS").empty();
    model["HAS_GUEST"] = !model.at("GUEST").empty();
    return show(site, call, request, {"vm", name + " · VMs", "vms", model});
}

Response show_host_objects(Site& site, banger::Call& call, const Request& request,
                           const Snapshot& now, const json& vm) {
    const std::string& name = request.args.at(0);
    const json answer = site.daemon.get(call, "/v1/footprint?vm=" + percent_encode(name));
    json objects = json::array();
    for (const json& object : field_list(answer, "objects")) {
        objects.push_back(host_object(object));
    }
    json model = vm_top(vm, now, "host");
    model.update({{"OBJECTS", objects},
                  {"ANY", !objects.empty()},
                  {"NONE", objects.empty()},
                  {"COMMAND", "banger vm show --host " + shell_word(name)}});
    return show(site, call, request, {"vm_host", "On this machine · " + name, "vms", model});
}

Response show_no_vm(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                    const std::string& name) {
    for (const json& line : coming_vms(now)) {
        if (line.at("NAME") == name) {
            return show(site, call, request, {"vm_coming", name + " · VMs", "vms", line});
        }
    }
    json last = false;
    for (const json& operation : now.operations) { // the newest one first
        if (is_of_vm(operation) && field_text(operation, "target") == name) {
            last = operation_line(operation, now);
            break;
        }
    }
    json others = json::array();
    for (const json& vm : now.vms) {
        const std::string other = field_text(vm, "name");
        if (others.size() < 5 && !name.empty() && other.rfind(name.substr(0, 2), 0) == 0) {
            others.push_back({{"NAME", other}, {"PATH", vm_path(other)}});
        }
    }
    const std::string shown = line_text(name, 80);
    return show(site, call, request,
                {"vm_gone",
                 shown + " · VMs",
                 "vms",
                 {{"NAME", shown},
                  {"REQUEST", request.id},
                  {"LAST", last},
                  {"ANY_OTHERS", !others.empty()},
                  {"OTHERS", others},
                  {"COMMAND", "banger vm create --name " + shell_word(shown)}},
                 404});
}

bool is_known(const Snapshot& now, const std::string& name) {
    return find_vm(now, name).is_object() || is_coming(now, name);
}

} // namespace

json vm_top(const json& vm, const Snapshot& now, const std::string& tab) {
    json model = vm_line(vm, now);
    const std::string exit = exit_text(vm, now);
    const json warnings = texts(field_list(vm, "warnings"));
    model.update({{"WARNING_LINES", warnings},
                  {"HAS_WARNINGS", !warnings.empty()},
                  {"EXIT", exit.empty() ? json(false) : json{{"TEXT", exit}}},
                  {"ON_OVERVIEW", tab == "overview"},
                  {"ON_TERMINAL", tab == "terminal"},
                  {"ON_METRICS", tab == "metrics"},
                  {"ON_LOGS", tab == "logs"},
                  {"ON_JOURNAL", tab == "journal"},
                  {"ON_CHANGES", tab == "changes"},
                  {"ON_HOST", tab == "host"}});
    return model;
}

Response show_of_vm(Site& site, banger::Call& call, const Request& request, VmPage page) {
    const SnapshotPtr now = site.state.now(call);
    const std::string& name = request.args.at(0);
    const json& vm = find_vm(*now, name);
    return vm.is_object() ? page(site, call, request, *now, vm)
                          : show_no_vm(site, call, request, *now, name);
}

void add_vm_detail(Router& router, Site& site) {
    router.add("GET", "/vms/{name}", [&site](banger::Call& call, const Request& request) {
        // The form's short address, while nothing has that name.
        if (request.args.at(0) == "new" && !is_known(*site.state.now(call), "new")) {
            return Response::see(with_query_of(request, "/vms/-/new"));
        }
        return show_of_vm(site, call, request, show_vm);
    });
    router.add("GET", "/vms/{name}/host", [&site](banger::Call& call, const Request& request) {
        return show_of_vm(site, call, request, show_host_objects);
    });
}

} // namespace web
