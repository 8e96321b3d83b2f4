#include "actions.hpp"

#include "doing.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "losses.hpp"

#include <map>

namespace web {
namespace {

using nlohmann::json;

/// One page that asks before something is done: as much of it as there is to lose.
struct Question {
    std::string title, nav, text, action, button, back;
    std::vector<std::pair<std::string, std::string>> facts, hidden;
    bool loss = false; ///< in the colour of danger
    bool needs_root = false;
};

Response ask(Site& site, banger::Call& call, const Request& request, const Question& question) {
    json facts = json::array();
    for (const auto& [name, text] : question.facts) {
        facts.push_back({{"FACT", name}, {"FACT_TEXT", text}});
    }
    json hidden = json::array();
    for (const auto& [name, value] : question.hidden) {
        hidden.push_back({{"NAME", name}, {"CONTENT", value}});
    }
    const json list = facts.empty() ? json(false) : json{{"FACTS", facts}};
    return show(site, call, request,
                {"confirm",
                 question.title,
                 question.nav,
                 {{"HEADING", question.title + "?"},
                  {"WHAT", question.text},
                  {"LIST", list},
                  {"HIDDEN", hidden},
                  {"FORM_ACTION", question.action},
                  {"BACK_PATH", own_path(request.query.get("back"), question.back)},
                  {"BUTTON", question.button},
                  {"LOSS", question.loss},
                  {"NO_LOSS", !question.loss},
                  {"NEEDS_ROOT", question.needs_root}}});
}

/// Verb for buttons, and what it means in one sentence.
struct VmAction {
    const char *button, *text;
    bool loss, needs_root;
};
const std::map<std::string, VmAction>& vm_actions() {
    static const std::map<std::string, VmAction> actions{
        {"start", {"Start", "It boots, and is ready when SSH answers.", false, true}},
        {"stop",
         {"Stop", "Its guest is asked to power off; a start brings it back as it was.", false,
          false}},
        {"restart",
         {"Restart", "Its guest is asked to power off, and it boots again.", false, true}},
        {"trim",
         {"Trim", "What its file systems do not use is given back to this machine.", false, false}},
        {"kill",
         {"Kill",
          "It ends at once, as by a power cut: what its guest has not written to its disks "
          "yet is lost.",
          true, false}},
        {"delete",
         {"Delete", "It goes with everything on its disks, and there is no way back.", true,
          false}}};
    return actions;
}

Response ask_vm(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    const std::string& action = request.args.at(1);
    const auto found = vm_actions().find(action);
    if (found == vm_actions().end()) {
        throw Problem(404, "not_found", "There is no action '" + action + "' of VMs.",
                      "start, stop, restart, trim, kill and delete are there");
    }
    const json vm = site.daemon.get(call, vm_target(name));
    const std::string own = "/vms/" + percent_encode(name);
    Question question{found->second.button + (" " + name),
                      "vms",
                      found->second.text,
                      own + "/" + action,
                      found->second.button + (" " + name),
                      own,
                      {},
                      {{"confirmed", "1"}},
                      found->second.loss,
                      found->second.needs_root};
    if (action == "delete") {
        question.facts = {{"VM", name},
                          {"Image", vm.value("image", "")},
                          {"Lost", disks_text(vm)},
                          {"State", run_text(vm, site.state.now(call)->taken_at)}};
        if (!is_at_rest(vm)) {
            question.text = "It is " + vm.value("state", "") +
                            " and is ended first, as by a power cut. " + question.text;
            question.hidden.emplace_back("force", "1");
        }
    }
    return ask(site, call, request, question);
}

Response ask_image(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    const json image = site.daemon.get(call, image_target(name));
    const std::string own = "/images/" + percent_encode(name);
    Question question{
        "Delete image " + name,
        "images",
        "VMs can no longer be made of it.",
        own + "/delete",
        "Delete " + name,
        own,
        {{"Image", name}, {"Kind", image.value("kind", "")}, {"Lost", image_loss_text(image)}},
        {{"confirmed", "1"}},
        true,
        false};
    std::string users;
    for (const json& vm : image.value("used_by", json::array())) {
        users += (users.empty() ? "" : ", ") + vm.get<std::string>();
    }
    if (!users.empty()) {
        question.facts.emplace_back("Used by", users + ": it stays for as long as these do");
    }
    return ask(site, call, request, question);
}

} // namespace

void add_confirmations(Router& router, Site& site) {
    router.add("GET", "/vms/{name}/confirm/{action}",
               [&site](banger::Call& call, const Request& request) {
                   return ask_vm(site, call, request);
               });
    router.add("GET", "/images/{name}/confirm/delete",
               [&site](banger::Call& call, const Request& request) {
                   return ask_image(site, call, request);
               });
}

} // namespace web
