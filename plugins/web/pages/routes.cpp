#include "routes.hpp"

#include "http/static_files.hpp"
#include "read_pages.hpp"

namespace web {

void add_routes(Router& router, Site& site) {
    router.add("GET", "/healthz",
               [](banger::Call&, const Request&) { return Response::text("ok\n"); });
    add_static_files(router);
    add_vms(router, site);
}

} // namespace web
