#include "chrome.hpp"

#include "http/static_files.hpp"
#include "text.hpp"

#include <array>

namespace web {
namespace {

using nlohmann::json;

struct Entry {
    const char *id, *text, *path, *key;
};
constexpr std::array<Entry, 9> entries{{{"home", "Overview", "/", "o"},
                                        {"vms", "VMs", "/vms", "v"},
                                        {"images", "Images", "/images", "i"},
                                        {"ports", "Ports", "/ports", "p"},
                                        {"logs", "Logs", "/logs", "l"},
                                        {"ops", "Operations", "/ops", "t"},
                                        {"doctor", "Doctor", "/doctor", "d"},
                                        {"plugins", "Plugins", "/plugins", "x"},
                                        {"settings", "Settings", "/settings", "s"}}};

json navigation(const std::string& current) {
    json list = json::array();
    for (const Entry& entry : entries) {
        list.push_back({{"ID", entry.id},
                        {"TEXT", entry.text},
                        {"PATH", entry.path},
                        {"KEY", entry.key},
                        {"CURRENT", current == entry.id}});
    }
    return list;
}

bool goes_on(const json& operation) {
    const std::string state = operation.value("state", "");
    return state == "queued" || state == "running" || state == "cancelling";
}

} // namespace

json around(Site& site, banger::Call& call, const Request& request, const Page& page) {
    const SnapshotPtr now = site.state.now(call);
    json running = json::array();
    for (const json& operation : now->operations) {
        if (goes_on(operation)) {
            running.push_back({{"ID", operation.at("id")},
                               {"PATH", "/ops/" + operation.at("id").get<std::string>()},
                               {"TEXT", operation_text(operation)},
                               {"STAGE", operation.value("stage", "")},
                               {"PERCENT", operation.value("percent", 0)}});
        }
    }
    const json privilege = now->daemon.value("privilege", json::object());
    json blocked = false;
    if (!privilege.value("ready", true)) {
        blocked = {{"REASON", privilege.value("reason", "steps that need root cannot be done now")},
                   {"COMMAND", privilege.value("command", "sudo -v")}};
    }
    return {{"PAGE_TITLE", page.title},
            {"CSS", asset_path("app.css")},
            {"JS", asset_path("app.js")},
            {"ICON", asset_path("icon.svg")},
            {"NAV", navigation(page.nav)},
            {"RUNNING", running},
            {"RUNNING_COUNT", running.size()},
            {"ANY_RUNNING", !running.empty()},
            {"BLOCKED", blocked},
            {"IS_BLOCKED", blocked.is_object()},
            {"BLOCKED_REASON", blocked.is_object() ? blocked.at("REASON") : json("")},
            {"CSRF", site.csrf.issue(request.uid, request.host, Csrf::Clock::now())},
            {"HERE", request.target},
            {"REVISION", now->revision},
            {"VERSION", now->daemon.value("version", "")}};
}

} // namespace web
