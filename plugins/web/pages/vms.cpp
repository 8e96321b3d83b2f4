#include "read_pages.hpp"
#include "text.hpp"

namespace web {
namespace {

using nlohmann::json;

json row(const json& vm, const Snapshot& now) {
    const std::string name = vm.at("name");
    json model{{"NAME", name},
               {"PATH", "/vms/" + name},
               {"IMAGE", vm.value("image", "")},
               {"VCPUS", vm.value("vcpus", 0)},
               {"MEMORY", mib_text(vm.value("memory_mib", 0))},
               {"IP", vm.at("ip").is_string() ? vm.at("ip") : json("")},
               {"SINCE", age_text(vm.value("since", json()), now.taken_at)}};
    model.update(vm_state(vm));
    return model;
}

Response list(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    json rows = json::array();
    for (const json& vm : now->vms) {
        rows.push_back(row(vm, *now));
    }
    const json model{{"VMS", rows}, {"NONE", rows.empty()}, {"ANY", !rows.empty()}};
    return show(site, call, request, {"vms", "VMs", "vms", model});
}

} // namespace

void add_vms(Router& router, Site& site) {
    router.add("GET", "/vms", [&site](banger::Call& call, const Request& request) {
        return list(site, call, request);
    });
}

} // namespace web
