#include "site.hpp"

#include "chrome.hpp"

namespace web {

using nlohmann::json;

Response show(Site& site, banger::Call& call, const Request& request, const Page& page) {
    Response response;
    const json whole = around(site, call, request, page);
    if (request.fragment()) {
        response = Response::html(site.renderer.part(page.name, page.model, whole), page.status);
        const json& every = page.model.contains("EVERY") ? page.model : whole;
        response.headers.emplace_back("X-Banger-Every", every.at("EVERY").dump());
    } else {
        response = Response::html(site.renderer.page(page.name, page.model, whole), page.status);
    }
    response.headers.emplace_back("Vary", "X-Banger-Fragment");
    response.form_token = whole.at("CSRF");
    response.form_key = whole.at("IDEM");
    return response;
}

Response show_error(Site& site, banger::Call& call, const Request& request, int status,
                    const std::string& title, const std::string& cause, const std::string& next) {
    const json model{{"TITLE", title},
                     {"CAUSE", cause},
                     {"NEXT", next.empty() ? json() : json{{"TEXT", next}}},
                     {"STATUS", status},
                     {"REQUEST", request.id}};
    try {
        if (request.wants_json()) {
            return Response::json(json{{"error", {{"message", cause}, {"hint", next}}}}.dump(
                                      -1, ' ', false, json::error_handler_t::replace),
                                  status);
        }
        return show(site, call, request, {"error", title, "", model, status});
    } catch (const std::exception&) { // the daemon does not answer, say: without what it knows
        return Response::text(title + "\n\n" + cause + "\n" + next + "\n", status);
    }
}

} // namespace web
