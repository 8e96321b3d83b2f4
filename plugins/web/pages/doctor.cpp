#include "check_view.hpp"
#include "read_pages.hpp"
#include "state/field.hpp"

namespace web {
namespace {

/// Looked up now, not when it was last: who opens it, or asks again, has just changed something.
Response show_checks(Site& site, banger::Call& call, const Request& request) {
    const nlohmann::json answer = site.daemon.get(call, "/v1/doctor");
    return show(site, call, request,
                {"doctor", "Doctor", "doctor",
                 checks_page(field_list(answer, "checks"), request.query.get("check"))});
}

} // namespace

void add_doctor(Router& router, Site& site) {
    router.add("GET", "/doctor", [&site](banger::Call& call, const Request& request) {
        return show_checks(site, call, request);
    });
}

} // namespace web
