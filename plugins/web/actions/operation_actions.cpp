#include "actions.hpp"

#include "doing.hpp"
#include "http/percent.hpp"
#include "pages/text.hpp"

namespace web {
namespace {

using nlohmann::json;

std::string operation_target(const std::string& id) {
    return "/v1/operations/" + percent_encode(id);
}

WayBack operation_page(const std::string& id) {
    return {"/ops/" + percent_encode(id), "the operation"};
}

/// No deed of its own: it is not done again, and what it cancels is.
Response cancel(Site& site, banger::Call& call, const Request& request) {
    const std::string& id = request.args.at(0);
    const WayBack back = operation_page(id);
    try {
        return went(request, once(site, request, [&] {
                        site.daemon.post(call, operation_target(id) + "/cancel");
                        return Outcome{id, back.path};
                    }));
    } catch (const Problem& problem) {
        return show_refusal(site, call, request, problem, "", back);
    }
}

Response retry(Site& site, banger::Call& call, const Request& request) {
    const std::string& id = request.args.at(0);
    const WayBack back = operation_page(id);
    const json operation = site.daemon.get(call, operation_target(id));
    const auto deed = site.kept.retries.find(id);
    if (const std::string why = no_retry(site.kept.retries, operation); !why.empty() || !deed) {
        return show_refusal(
            site, call, request,
            Problem(409, "conflict",
                    operation_text(operation) + " cannot be done again from here. " + why, ""),
            "", back);
    }
    return carry_out(site, call, request, *deed, back, back.path);
}

} // namespace

void add_operation_actions(Router& router, Site& site) {
    router.add("POST", "/ops/{id}/cancel", [&site](banger::Call& call, const Request& request) {
        return cancel(site, call, request);
    });
    router.add("POST", "/ops/{id}/retry", [&site](banger::Call& call, const Request& request) {
        return retry(site, call, request);
    });
}

} // namespace web
