#include "http/percent.hpp"
#include "panel.hpp"
#include "plugin_view.hpp"
#include "read_pages.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

json get_plugin(Site& site, banger::Call& call, const std::string& id) {
    return site.daemon.get(call, "/v1/plugins/" + percent_encode(id));
}

/// Of what the page can do without: a plugin that hangs must not take it away.
json get_if_told(Site& site, banger::Call& call, const char* target) {
    try {
        return site.daemon.get(call, target);
    } catch (const Problem&) {
        return json::object();
    }
}

Response show_plugins(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    return show(site, call, request, {"plugins", "Plugins", "plugins", plugins_page(*now)});
}

Response show_plugin(Site& site, banger::Call& call, const Request& request) {
    const json plugin = get_plugin(site, call, request.args.at(0));
    const json lines = get_if_told(site, call, "/v1/daemon/lines");
    const json config = get_if_told(site, call, "/v1/config");
    return show(site, call, request,
                {"plugin", line_in(plugin, "id") + " · Plugins", "plugins",
                 plugin_page(plugin, field_list(lines, "lines"), config)});
}

std::string encoded_path(std::string_view path) {
    std::string encoded;
    for (const char& c : path) {
        encoded += c == '/' ? "/" : percent_encode({&c, 1});
    }
    return encoded;
}

/// /plugins/{id}/panel/{panel}/{path}: our page around it.
Response show_panel(Site& site, banger::Call& call, const Request& request) {
    const std::string& id = request.args.at(0);
    const std::string& rest = request.args.at(1);
    const json plugin = get_plugin(site, call, id);
    const std::vector<std::string> panels = panels_of(plugin);
    const std::size_t slash = rest.find('/');
    const std::string panel = rest.substr(0, slash);
    const auto path =
        panel_path(slash == std::string::npos ? std::string() : rest.substr(slash + 1));
    if (rest.empty() && !panels.empty()) {
        return Response::see(plugin_path(id) + "/panel/" + percent_encode(panels.front()) + "/");
    }
    if (!path || std::find(panels.begin(), panels.end(), panel) == panels.end()) {
        throw Problem(404, "not_found",
                      "plugin " + line_text(id) + " shows nothing of that name here",
                      "what it shows is on its own page: " + plugin_path(id));
    }
    if (slash == std::string::npos) { // links in it are relative to the folder
        return Response::see(plugin_path(id) + "/panel/" + percent_encode(panel) + "/");
    }
    const std::string pass =
        site.csrf.issue(request.uid, panel_purpose(id, request.host), Csrf::Clock::now());
    json tabs = false;
    if (panels.size() > 1) {
        tabs = {{"LINKS", panel_links(plugin, panel)}};
    }
    const json model{{"ID", line_text(id)},
                     {"PLUGIN_PATH", plugin_path(id)},
                     {"PANEL", line_text(panel, 40)},
                     {"TABS", tabs},
                     {"FRAME", "/panel/" + pass + "/" + percent_encode(id) + "/" +
                                   percent_encode(panel) + encoded_path(*path)}};
    Response response = show(
        site, call, request,
        {"panel", line_text(panel, 40) + " · " + line_text(id) + " · Plugins", "plugins", model});
    response.headers.emplace_back("Content-Security-Policy", around_panel_policy());
    return response;
}

/// /panel/{pass}/{id}/{panel}/{path}: what is in the frame.
Response send_panel(Site& site, banger::Call& call, const Request& request) {
    const std::string& id = request.args.at(1);
    switch (site.csrf.check(request.args.at(0), request.uid, panel_purpose(id, request.host),
                            Csrf::Clock::now())) {
    case Csrf::Verdict::good:
        break;
    case Csrf::Verdict::expired:
        return panel_refusal(403, "This page was open for long. Load it anew.");
    case Csrf::Verdict::wrong:
        return panel_refusal(403, "This address is no page of its own.");
    }
    if (!is_panel_use(request.header("sec-fetch-dest"))) {
        return panel_refusal(403, "A panel is no program.");
    }
    const auto path = panel_path(request.args.at(3));
    if (!path) {
        return panel_refusal(404, "There is no such page.");
    }
    try {
        return panel_answer(site.daemon.post(call,
                                             "/v1/plugins/" + percent_encode(id) +
                                                 "/actions/web-panel/" +
                                                 percent_encode(request.args.at(2)),
                                             {{"path", *path}}));
    } catch (const Problem& problem) {
        return panel_refusal(problem.status(), problem.what());
    } catch (const banger::Error& error) {
        return panel_refusal(500, error.what());
    }
}

} // namespace

void add_plugins(Router& router, Site& site) {
    const auto add = [&](const char* pattern, auto handler) {
        router.add("GET", pattern, [&site, handler](banger::Call& call, const Request& request) {
            return handler(site, call, request);
        });
    };
    add("/plugins", show_plugins);
    add("/plugins/{id}", show_plugin);
    add("/plugins/{id}/panel/{path...}", show_panel);
    add("/panel/{pass}/{id}/{panel}/{path...}", send_panel);
}

} // namespace web
