#include "actions.hpp"

#include "doing.hpp"
#include "form_pages.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"

namespace web {
namespace {

using nlohmann::json;

Response delete_image(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    const std::string own = "/images/" + percent_encode(name);
    if (request.form.get("confirmed") != "1") {
        const std::string back = own_path(request.form.get("back"), own);
        return went(request, {"", with_param(own + "/confirm/delete", "back", back)});
    }
    return carry_out(site, call, request, {"DELETE", image_target(name), json(), name}, {own, name},
                     "/images");
}

Response choose_default(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    const std::string own = "/images/" + percent_encode(name);
    return carry_out(site, call, request, {"PUT", "/v1/image-default", json{{"name", name}}, name},
                     {own, name}, own_path(request.form.get("back"), own));
}

} // namespace

void add_image_actions(Router& router, Site& site) {
    router.add("POST", "/images/{name}/delete",
               [&site](banger::Call& call, const Request& request) {
                   return delete_image(site, call, request);
               });
    router.add("POST", "/images/{name}/default",
               [&site](banger::Call& call, const Request& request) {
                   return choose_default(site, call, request);
               });
    add_image_bulk(router, site);
    add_image_prune(router, site);
}

} // namespace web
