#include "read_pages.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_detail.hpp"
#include "vm_filter.hpp"
#include "vm_line.hpp"

namespace web {
namespace {

using nlohmann::json;

Response show_vms(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const VmFilter filter(request.query);
    const bool all = request.query.get("select") == "all";
    json rows = filter.narrows() ? json::array() : coming_vms(*now);
    for (const json* vm : filter.chosen(now->vms)) {
        rows.push_back(vm_line(*vm, *now));
    }
    std::size_t selectable = 0;
    for (json& row : rows) {
        row["CHECKED"] = all;
        selectable += row.at("SELECTABLE").get<bool>() ? 1 : 0;
    }
    json model = filter.model(now->vms);
    const std::string and_query = request.target.find('?') == std::string::npos ? "?" : "&";
    model.update({{"ANY", !rows.empty()},
                  {"NO_MATCH", rows.empty() && filter.narrows()},
                  {"NONE", rows.empty() && !filter.narrows()},
                  {"ANY_AT_ALL", !now->vms.empty()},
                  {"COUNT", count_text(selectable, "VM")},
                  {"SELECT_ALL", request.target + and_query + "select=all"},
                  {"COMMAND", "banger vm create --name testbox"},
                  {"EVERY", 10}});
    model["VMS"] = std::move(rows);
    return show(site, call, request, {"vms", "VMs", "vms", std::move(model)});
}

} // namespace

void add_vms(Router& router, Site& site) {
    router.add("GET", "/vms", kept(site, [&site](banger::Call& call, const Request& request) {
                   return show_vms(site, call, request);
               }));
    add_vm_detail(router, site);
}

} // namespace web
