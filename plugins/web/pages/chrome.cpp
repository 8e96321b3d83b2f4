#include "chrome.hpp"

#include "actions/idem.hpp"
#include "http/static_files.hpp"
#include "object_of.hpp"
#include "operation_line.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <array>

namespace web {
namespace {

using nlohmann::json;

struct Entry {
    const char *id, *text, *path, *key;
    const char* topics; ///< changes after which its <main> is fetched anew
};
constexpr std::array<Entry, 9> entries{{{"home", "Overview", "/", "o", "vms ops daemon"},
                                        {"vms", "VMs", "/vms", "v", "vms ops"},
                                        {"images", "Images", "/images", "i", "images"},
                                        {"ports", "Ports", "/ports", "p", "vms"},
                                        {"logs", "Logs", "/logs", "l", ""},
                                        {"ops", "Operations", "/ops", "t", "ops"},
                                        {"doctor", "Doctor", "/doctor", "d", "daemon"},
                                        {"plugins", "Plugins", "/plugins", "x", "plugins"},
                                        {"settings", "Settings", "/settings", "s", ""}}};

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

const char* topics_of(const std::string& nav) {
    for (const Entry& entry : entries) {
        if (nav == entry.id) {
            return entry.topics;
        }
    }
    return "";
}

/// What a cold sudo blocks, or false.
json blocked_by(const json& privilege) {
    const json& ready = field(privilege, "ready");
    if (!ready.is_boolean() || ready.get<bool>()) {
        return false;
    }
    const std::string reason = line_in(privilege, "reason", 400);
    const std::string command = line_in(privilege, "command", 400);
    return {{"REASON", reason.empty() ? "steps that need root cannot be done now" : reason},
            {"COMMAND", command.empty() ? "sudo -v" : command}};
}

} // namespace

json around(Site& site, banger::Call& call, const Request& request, const Page& page) {
    const SnapshotPtr now = site.state.now(call);
    json running = json::array();
    for (const json& operation : now->operations) {
        if (is_under_way(operation)) {
            running.push_back(operation_line(operation, *now));
        }
    }
    const json blocked = blocked_by(field_object(now->daemon, "privilege"));
    return object_of({{"PAGE_TITLE", page.title},
                      {"CSS", asset_path("app.css")},
                      {"JS", asset_path("app.js")},
                      {"WORKER", asset_path("worker.js")},
                      {"LOGS_JS", asset_path("logs.js")},
                      {"PICKER_JS", asset_path("picker.js")},
                      {"STYLES", json::array()}, // of this page alone, as the scripts
                      {"SCRIPTS", json::array()},
                      {"ICON", asset_path("icon.svg")},
                      {"NAV", navigation(page.nav)},
                      {"RUNNING_COUNT", running.size()},
                      {"ANY_RUNNING", !running.empty()},
                      {"RUNNING", std::move(running)},
                      {"BLOCKED", blocked},
                      {"IS_BLOCKED", blocked.is_object()},
                      {"BLOCKED_REASON", blocked.is_object() ? blocked.at("REASON") : json("")},
                      {"CSRF", site.csrf.issue(request.uid, request.host, Csrf::Clock::now())},
                      {"IDEM", new_key()},
                      {"HERE", request.target},
                      {"REVISION", now->revision},
                      {"TOPICS", topics_of(page.nav)},
                      {"EVERY", 0}, // seconds after which <main> is fetched anew; 0: by events only
                      {"REFRESH", false}, // the whole page every 3 s where there is no JavaScript
                      {"VERSION", line_in(now->daemon, "version", 40)}});
}

} // namespace web
