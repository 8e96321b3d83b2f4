#include "actions.hpp"

#include "doing.hpp"
#include "form_pages.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "quantity.hpp"

namespace web {
namespace {

using nlohmann::json;

/// What loses something is done by a page that says so (confirmations.cpp), never by one click.
bool is_loss(const std::string& action) {
    return action == "kill" || action == "delete";
}

json options_of_stop(const Request& request) {
    json body = json::object();
    if (request.form.get("force") == "1") {
        body["force"] = true;
    }
    if (const std::string_view text = request.form.get("timeout"); !text.empty()) {
        const auto seconds = find_seconds(text);
        if (!seconds) {
            throw Problem(400, "invalid", "'" + std::string(text) + "' is not a time",
                          "write it as 90s or 5m");
        }
        body["timeout_s"] = *seconds;
    }
    return body;
}

Deed deed_for(const Request& request, const std::string& name, const std::string& action) {
    if (action == "delete") {
        const bool force = request.form.get("force") == "1";
        return {"DELETE", vm_target(name) + (force ? "?force=1" : ""), json(), name};
    }
    const bool stops = action == "stop" || action == "restart";
    return {"POST", vm_target(name) + "/" + action,
            stops ? options_of_stop(request) : json::object(), name};
}

Response act(Site& site, banger::Call& call, const Request& request, const std::string& action) {
    const std::string& name = request.args.at(0);
    const std::string own = "/vms/" + percent_encode(name);
    if (is_loss(action) && request.form.get("confirmed") != "1") {
        const std::string back = own_path(request.form.get("back"), own);
        return went(request, {"", with_param(own + "/confirm/" + action, "back", back)});
    }
    return carry_out(site, call, request, deed_for(request, name, action), {own, name},
                     action == "delete" ? "/vms" : own);
}

} // namespace

void add_vm_actions(Router& router, Site& site) {
    for (const char* action : {"start", "stop", "restart", "kill", "trim", "delete"}) {
        router.add(
            "POST", std::string("/vms/{name}/") + action,
            [&site, action = std::string(action)](banger::Call& call, const Request& request) {
                return act(site, call, request, action);
            });
    }
    add_vm_bulk(router, site);
}

} // namespace web
