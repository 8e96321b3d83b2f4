#include "read_pages.hpp"

#include "figure.hpp"
#include "operation_line.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_line.hpp"
#include "vm_ports.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t most_cards = 12, most_recent = 4;

json host_model(const Usage& usage) {
    const HostFigures host = usage.host();
    const auto share = [](const char* label, std::uint64_t used, std::uint64_t total) {
        return total == 0 ? json(false)
                          : meter(label, std::string(label) + " of this machine",
                                  100.0 * static_cast<double>(used) / static_cast<double>(total),
                                  bytes_text(used) + " of " + bytes_text(total));
    };
    const double processors = static_cast<double>(std::max<std::uint64_t>(host.cpus, 1));
    const double percent = host.cpu_percent.value_or(100 * host.load / processors);
    const std::string load = "load " + json(std::round(host.load * 100) / 100).dump() + " on " +
                             count_text(host.cpus, "CPU");
    return {{"HOST_CPU", meter("CPU", "CPU of this machine", percent,
                               host.cpu_percent ? percent_text(percent) + ", " + load : load)},
            {"HOST_MEMORY", share("Memory", host.memory_used, host.memory_total)},
            {"HOST_DISK", share("Disk", host.disk_used, host.disk_total)},
            {"HOST_SPARK", sparkline("CPU of this machine", usage.cpu(""))}};
}

json count_of(const char* text, std::size_t count, const char* path) {
    return {{"TEXT", text}, {"COUNT", count}, {"PATH", path}};
}

json vm_counts(const Snapshot& now) {
    std::size_t running = 0, stopped = 0, trouble = 0;
    for (const json& vm : now.vms) {
        const std::string state = field_text(vm, "state");
        running += state == "running" ? 1 : 0;
        stopped += state == "stopped" ? 1 : 0;
        trouble += state == "crashed" || state == "cleanup-pending" || state == "paused" ? 1 : 0;
    }
    json counts = json::array({count_of("running", running, "/vms?state=running"),
                               count_of("stopped", stopped, "/vms?state=stopped"),
                               count_of("in all", now.vms.size(), "/vms")});
    if (trouble > 0) {
        counts.push_back(
            count_of(trouble == 1 ? "needs a look" : "need a look", trouble, "/vms?sort=state"));
    }
    counts.push_back(
        count_of(now.images.size() == 1 ? "image" : "images", now.images.size(), "/images"));
    return counts;
}

json vm_cards(const Snapshot& now, const Usage& usage) {
    json cards = json::array();
    for (const json& vm : now.vms) {
        const std::string state = field_text(vm, "state");
        if ((state != "running" && state != "paused") || cards.size() == most_cards) {
            continue;
        }
        json card = vm_line(vm, now);
        card["SPARK"] =
            sparkline("CPU of " + field_text(vm, "name"), usage.cpu(field_text(vm, "id")));
        card["SILENT"] = !card.at("HAS_USAGE").get<bool>();
        json links = json::array();
        for (const json& port : port_rows(vm)) {
            if (port.at("LINK").is_object() && links.size() < 3) {
                links.push_back(port.at("LINK"));
            }
        }
        card["LINKS"] = links;
        card["HAS_LINKS"] = !links.empty();
        cards.push_back(std::move(card));
    }
    return cards;
}

/// What the checks of this machine found, worst first.
json checkup_model(Site& site) {
    const auto found = site.checkup.look();
    std::size_t errors = 0, warnings = 0;
    json list = json::array();
    for (const char* severity : {"error", "warning"}) {
        for (const json& check : found ? found->checks : json::array()) {
            if (field_text(check, "severity") != severity) {
                continue;
            }
            const bool is_error = severity == std::string_view("error");
            ++(is_error ? errors : warnings);
            if (list.size() < 3) {
                list.push_back({{"STATE", severity},
                                {"TONE", is_error ? "bad" : "warn"},
                                {"TITLE", line_in(check, "title", 200)}});
            }
        }
    }
    const bool failed = found && !found->problem.empty();
    const bool good = found && !failed && errors + warnings == 0;
    const std::string text =
        !found   ? "being checked"
        : failed ? "could not be checked"
        : good   ? "nothing found"
                 : count_text(errors, "error") + ", " + count_text(warnings, "warning");
    return {{"CHECK_STATE",
             {{"STATE", text},
              {"TONE", !found || failed ? "idle"
                       : errors > 0     ? "bad"
                       : good           ? "good"
                                        : "warn"}}},
            {"CHECKS", list},
            {"ANY_CHECKS", !list.empty()}};
}

/// Whether steps that need root work now, and with what VMs run.
json readiness_model(const Snapshot& now) {
    const json& privilege = field_object(now.daemon, "privilege");
    const json& vmm = field_object(now.daemon, "vmm");
    const bool ready = field_flag(privilege, "ready");
    const std::string choice = line_in(vmm, "choice", 40), accel = line_in(vmm, "accel", 20);
    const json& runtime = field_object(now.daemon, "runtime");
    const bool has_runtime = field_flag(runtime, "ok");
    return {{"ROOT_STATE",
             {{"STATE", ready ? "ready" : "waits for sudo"}, {"TONE", ready ? "good" : "warn"}}},
            {"MODE", line_in(privilege, "mode", 20)},
            {"VMM_STATE",
             {{"STATE", choice.empty() ? "none can be used"
                                       : choice + (accel.empty() ? "" : " with " + accel)},
              {"TONE", choice.empty() ? "bad" : "good"}}},
            {"RUNTIME_STATE",
             {{"STATE", has_runtime ? "complete" : "incomplete"},
              {"TONE", has_runtime ? "good" : "bad"}}},
            {"UP", seconds_text(field_number(now.daemon, "uptime_s"))},
            {"DAEMON_WARNINGS", [&] {
                 json lines = json::array();
                 for (const json& warning : field_list(now.daemon, "warnings")) {
                     if (warning.is_string()) {
                         lines.push_back(
                             {{"TEXT", line_text(warning.get_ref<const std::string&>(), 400)}});
                     }
                 }
                 return lines;
             }()}};
}

Response show_home(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    site.usage.take(*now);
    json under_way = json::array(), recent = json::array();
    for (const json& operation : now->operations) {
        if (is_under_way(operation)) {
            under_way.push_back(operation_line(operation, *now));
        } else if (recent.size() < most_recent) {
            recent.push_back(operation_line(operation, *now));
        }
    }
    const json cards = vm_cards(*now, site.usage);
    json model = host_model(site.usage);
    model.update(checkup_model(site));
    model.update(readiness_model(*now));
    model.update({{"COUNTS", vm_counts(*now)},
                  {"CARDS", cards},
                  {"ANY_CARDS", !cards.empty()},
                  {"NO_VMS", now->vms.empty()},
                  {"SOME_VMS", !now->vms.empty()},
                  {"NONE_RUNS", !now->vms.empty() && cards.empty()},
                  {"UNDER_WAY", under_way},
                  {"ANY_UNDER_WAY", !under_way.empty()},
                  {"RECENT", recent},
                  {"ANY_RECENT", !recent.empty()},
                  {"NO_OPERATIONS", recent.empty() && under_way.empty()},
                  {"COMMAND", "banger vm create --name testbox"},
                  {"EVERY", 5}});
    return show(site, call, request, {"home", "Overview", "home", model});
}

} // namespace

void add_home(Router& router, Site& site) {
    router.add("GET", "/", kept(site, [&site](banger::Call& call, const Request& request) {
                   return show_home(site, call, request);
               }));
}

} // namespace web
