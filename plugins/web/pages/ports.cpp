#include "read_pages.hpp"

#include "state/field.hpp"
#include "text.hpp"
#include "vm_line.hpp"
#include "vm_ports.hpp"

namespace web {
namespace {

using nlohmann::json;

Response show_ports(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    json rows = json::array();
    std::size_t heard = 0;
    for (const json& vm : now->vms) {
        heard += field_object(vm, "guest").empty() ? 0 : 1;
        json line = vm_line(vm, *now);
        for (const json& port : port_rows(vm)) {
            json row = port;
            row.update({{"VM", line.at("NAME")},
                        {"VM_PATH", line.at("PATH")},
                        {"STATE", line.at("STATE")},
                        {"TONE", line.at("TONE")}});
            rows.push_back(std::move(row));
        }
    }
    const json model{{"PORTS", rows},
                     {"ANY", !rows.empty()},
                     {"NONE", rows.empty()},
                     {"NOBODY_HEARD", rows.empty() && heard == 0},
                     {"COMMAND", "banger vm ports"},
                     {"EVERY", 10}};
    return show(site, call, request, {"ports", "Ports", "ports", model});
}

} // namespace

void add_ports(Router& router, Site& site) {
    router.add("GET", "/ports", kept(site, [&site](banger::Call& call, const Request& request) {
                   return show_ports(site, call, request);
               }));
}

} // namespace web
