#include "config_view.hpp"
#include "read_pages.hpp"

namespace web {
namespace {

Response show_settings(Site& site, banger::Call& call, const Request& request) {
    const nlohmann::json config = site.daemon.get(call, "/v1/config");
    const SnapshotPtr now = site.state.now(call);
    return show(site, call, request,
                {"settings", "Settings", "settings", settings_page(config, now->daemon)});
}

} // namespace

void add_settings(Router& router, Site& site) {
    router.add("GET", "/settings", [&site](banger::Call& call, const Request& request) {
        return show_settings(site, call, request);
    });
}

} // namespace web
