#include "form_pages.hpp"
#include "http/percent.hpp"
#include "vm_fields.hpp"

namespace web {
namespace {

using nlohmann::json;

Form set_form(Site& site, banger::Call& call, const std::string& name) {
    const json vm = site.daemon.get(call, vm_target(name));
    const std::string state = vm.value("state", "");
    Form form;
    form.title = "Change " + name + " · VMs";
    form.nav = "vms";
    form.heading = "Change " + name;
    form.intro = "It is " + state +
                 ". Only what you change is sent; disks grow and never shrink. What is marked "
                 "\"also while it runs\" counts at once.";
    form.page = form.action = "/vms/" + percent_encode(name) + "/set";
    form.submit = "Change";
    form.command = {"banger", "vm", "set", name};
    form.fields = set_fields(vm, site.daemon.get(call, "/v1/vm-options").at("options"));
    form.seldom = seldom_groups();
    form.back = {"/vms/" + percent_encode(name), name};
    form.subject = name;
    return form;
}

Response set(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    Form form = set_form(site, call, name);
    form.sent = changed(form.fields, request.form);
    return take_form(
        site, call, request, form,
        [&name](const json& body) {
            return Deed{"PATCH", vm_target(name), body, name};
        },
        [&form](const json&) { return form.back.path; });
}

} // namespace

void add_vm_set(Router& router, Site& site) {
    router.add("GET", "/vms/{name}/set", [&site](banger::Call& call, const Request& request) {
        return show_form(site, call, request, set_form(site, call, request.args.at(0)),
                         request.query);
    });
    router.add("POST", "/vms/{name}/set", [&site](banger::Call& call, const Request& request) {
        return set(site, call, request);
    });
}

} // namespace web
