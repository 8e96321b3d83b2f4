#include "routes.hpp"

#include "actions/actions.hpp"
#include "events/event_routes.hpp"
#include "http/static_files.hpp"
#include "read_pages.hpp"

namespace web {

void add_routes(Router& router, Site& site) {
    router.add("GET", "/healthz",
               [](banger::Call&, const Request&) { return Response::text("ok\n"); });
    add_static_files(router);
    add_events(router, site);
    add_home(router, site);
    add_forms(router, site); // what they answer is more exact than what the read pages do
    add_vm_actions(router, site);
    add_image_actions(router, site);
    add_operation_actions(router, site);
    add_confirmations(router, site);
    add_files(router, site);
    add_vms(router, site);
    add_metrics(router, site);
    add_ports(router, site);
    add_logs(router, site);
    add_journal(router, site);
    add_changes(router, site);
    add_terminal(router, site);
    add_images(router, site);
    add_ops(router, site);
    add_doctor(router, site);
    add_plugins(router, site);
    add_settings(router, site);
}

} // namespace web
