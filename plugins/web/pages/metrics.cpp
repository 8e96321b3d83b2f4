#include "read_pages.hpp"

#include "chart_view.hpp"
#include "http/static_files.hpp"
#include "state/field.hpp"
#include "vm_detail.hpp"
#include "vm_line.hpp"

#include <algorithm>
#include <charconv>

namespace web {
namespace {

using nlohmann::json;

/// Which window a page is asked for; one that there is not is the shortest.
Window window_in(const Request& request) {
    return window_of(request.query.get("window")).value_or(Window::minutes);
}

json window_links(const std::string& path, Window current) {
    json links = json::array();
    for (const WindowFacts& facts : windows) {
        links.push_back({{"TEXT", facts.name},
                         {"PATH", path + "?window=" + facts.id},
                         {"CURRENT", facts.window == current}});
    }
    return links;
}

/// What a page with charts has, whosever they are. path: its own.
json metrics_model(const Usage& usage, const Charted& whose, const std::string& vm_id,
                   const std::string& path, Window window) {
    json model = charts_model(whose, usage.look(vm_id, window), window);
    model.update({{"WHOSE", whose.name},
                  {"WINDOW", facts_of(window).id},
                  {"WINDOW_TEXT", facts_of(window).name},
                  {"WINDOWS", window_links(path, window)},
                  {"API", "/api/v1" + path},
                  {"ASK_EVERY", facts_of(window).every},
                  {"STYLES", json::array({{{"CSS", asset_path("charts.css")}}})},
                  {"SCRIPTS", json::array({{{"JS", asset_path("charts.js")}}})}});
    return model;
}

std::uint64_t bytes_of_mib(const json& vm, const char* name) {
    return std::min(field_count(vm, name), std::uint64_t{1} << 32U) << 20U;
}

/// As its guest has it, else as it was made.
Charted charted_vm(const json& vm) {
    const json& stats = field_object(field_object(vm, "guest"), "stats");
    Charted whose{field_text(vm, "name"), field_count(field_object(stats, "memory"), "total"),
                  bytes_of_mib(vm, "disk_mib")};
    if (whose.memory == 0) {
        whose.memory = bytes_of_mib(vm, "memory_mib");
    }
    for (const json& disk : field_list(stats, "disks")) {
        if (field_text(disk, "mount") == "/" && field_count(disk, "total") > 0) {
            whose.disk = field_count(disk, "total");
        }
    }
    return whose;
}

Response show_vm_metrics(Site& site, banger::Call& call, const Request& request,
                         const Snapshot& now, const json& vm) {
    site.usage.take(now);
    json model = vm_top(vm, now, "metrics");
    const std::string path = vm_path(request.args.at(0)) + "/metrics";
    model.update(
        metrics_model(site.usage, charted_vm(vm), field_text(vm, "id"), path, window_in(request)));
    const bool runs = field_text(vm, "state") == "running";
    model.update({{"STILL", !runs && !model.at("ANY").get<bool>()},
                  {"SILENT", runs && !guest_counters(vm)}});
    return show(site, call, request,
                {"vm_metrics", "Charts · " + request.args.at(0), "vms", model});
}

Response show_metrics(Site& site, banger::Call& call, const Request& request) {
    site.usage.take(*site.state.now(call));
    const HostFigures host = site.usage.host();
    json model = metrics_model(site.usage, {"this machine", host.memory_total, host.disk_total}, "",
                               "/metrics", window_in(request));
    return show(site, call, request, {"metrics", "This machine", "home", model});
}

std::int64_t wanted_since(const Request& request) {
    const std::string_view text = request.query.get("since");
    std::int64_t since = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, since);
    if (!text.empty() && (error != std::errc() || rest != end || since < 0)) {
        throw Problem(400, "invalid", "since is no time",
                      "each answer has the next one as \"next\": seconds since 1970");
    }
    return since;
}

/// vm_id: empty for this machine.
Response tell_metrics(const Usage& usage, const std::string& vm_id, const Request& request) {
    const std::string_view wanted = request.query.get("window");
    const auto window = wanted.empty() ? std::optional(Window::minutes) : window_of(wanted);
    if (!window) {
        throw Problem(400, "invalid", "there is no such window", "window is 5m, 1h or 24h");
    }
    const Usage::Look look = usage.look(vm_id, *window);
    const std::int64_t since = wanted_since(request);
    // With a clock that was turned back all of it is told again.
    return Response::json(charts_json(look, *window, since > look.settled ? 0 : since).dump());
}

} // namespace

void add_metrics(Router& router, Site& site) {
    router.add("GET", "/metrics", [&site](banger::Call& call, const Request& request) {
        return show_metrics(site, call, request);
    });
    router.add("GET", "/vms/{name}/metrics", [&site](banger::Call& call, const Request& request) {
        return show_of_vm(site, call, request, show_vm_metrics);
    });
    router.add("GET", "/api/v1/metrics", [&site](banger::Call& call, const Request& request) {
        site.usage.ask(site.daemon, call);
        return tell_metrics(site.usage, "", request);
    });
    router.add("GET", "/api/v1/vms/{name}/metrics",
               [&site](banger::Call& call, const Request& request) {
                   const SnapshotPtr now = site.usage.ask(site.daemon, call);
                   const json& vm = require_vm(*now, request.args.at(0));
                   return tell_metrics(site.usage, field_text(vm, "id"), request);
               });
}

} // namespace web
