#include "bulk.hpp"
#include "form_pages.hpp"
#include "losses.hpp"
#include "pages/text.hpp"

#include <algorithm>
#include <map>

namespace web {
namespace {

using nlohmann::json;

const WayBack all_vms{"/vms", "all VMs"};

/// Word for buttons, and what is said before it is done; none: it is done at once.
struct BulkAction {
    const char *word, *warning;
};

const BulkAction& bulk_action(const std::string& name) {
    static const std::map<std::string, BulkAction> actions{
        {"start", {"Start", ""}},
        {"stop", {"Stop", ""}},
        {"restart", {"Restart", ""}},
        {"kill",
         {"Kill", "They end at once, as by a power cut: what their guests have not written "
                  "to their disks yet is lost."}},
        {"delete",
         {"Delete", "They go with everything on their disks, and there is no way back. "
                    "Those that run are ended first."}}};
    const auto found = actions.find(name);
    if (found == actions.end()) {
        throw Problem(422, "invalid", "Nothing is chosen that is to be done.",
                      "start, stop, restart, kill and delete are there");
    }
    return found->second;
}

std::string title_of_bulk(const BulkAction& action, std::size_t count) {
    return std::string(action.word) + " " + count_text(count, "VM");
}

const json* vm_named(const Snapshot& now, const std::string& name) {
    const auto found = std::find_if(now.vms.begin(), now.vms.end(),
                                    [&](const json& vm) { return vm.value("name", "") == name; });
    return found == now.vms.end() ? nullptr : &*found;
}

Response ask_vms(Site& site, banger::Call& call, const Request& request, const std::string& name,
                 const std::vector<std::string>& names, bool wrong_count) {
    const BulkAction& action = bulk_action(name);
    const SnapshotPtr now = site.state.now(call);
    ManyQuestion question;
    question.title = title_of_bulk(action, names.size());
    question.nav = "vms";
    question.text = action.warning;
    question.action = "/vms/bulk";
    question.button = question.title;
    question.back = "/vms";
    question.noun = "VM";
    question.hidden = {{"action", name}};
    for (const std::string& each : names) {
        const json* vm = vm_named(*now, each);
        std::string about = vm == nullptr ? "not there any more" : run_text(*vm, now->taken_at);
        if (vm != nullptr && name == "delete") {
            about += ", " + disks_text(*vm);
        }
        question.rows.push_back({each, about});
        question.hidden.emplace_back("names", each);
        if (vm != nullptr && name == "delete" && !is_at_rest(*vm)) {
            question.hidden.emplace_back("force", each); // that one was shown as running
        }
    }
    return ask_many(site, call, request, question, wrong_count);
}

Deed vm_deed(const Request& request, const std::string& action, const std::string& name) {
    if (action != "delete") {
        return {"POST", vm_target(name) + "/" + action, json::object(), name};
    }
    const std::vector<std::string> forced = request.form.all("force");
    const bool force = std::find(forced.begin(), forced.end(), name) != forced.end();
    return {"DELETE", vm_target(name) + (force ? "?force=1" : ""), json(), name};
}

Response run_vms(Site& site, banger::Call& call, const Request& request) {
    const std::string name(request.form.get("action"));
    const std::vector<std::string> names = chosen(request.form);
    try {
        const BulkAction& action = bulk_action(name);
        check_chosen(names, "VM");
        if (*action.warning != '\0' && !request.form.has("count")) {
            return went(request, {"", question_path("/vms", name, names)});
        }
        if (*action.warning != '\0' && !is_counted(request, names.size())) {
            return ask_vms(site, call, request, name, names, true);
        }
        Batch batch;
        batch.title = title_of_bulk(action, names.size());
        batch.nav = "vms";
        batch.action = name;
        batch.page = "/vms";
        std::vector<Deed> deeds;
        deeds.reserve(names.size());
        for (const std::string& each : names) {
            deeds.push_back(vm_deed(request, name, each));
        }
        return do_many(site, call, request, std::move(batch), deeds);
    } catch (const Problem& problem) {
        return show_refusal(site, call, request, problem, "", all_vms);
    }
}

} // namespace

void add_vm_bulk(Router& router, Site& site) {
    router.add("POST", "/vms/bulk", [&site](banger::Call& call, const Request& request) {
        return run_vms(site, call, request);
    });
    router.add("GET", "/vms/bulk/confirm", [&site](banger::Call& call, const Request& request) {
        const std::vector<std::string> names = chosen(request.query);
        check_chosen(names, "VM");
        return ask_vms(site, call, request, std::string(request.query.get("action")), names, false);
    });
    router.add("GET", "/bulk/{id}", [&site](banger::Call& call, const Request& request) {
        return show_batch(site, call, request);
    });
}

} // namespace web
