#include "expired.hpp"

namespace web {

using nlohmann::json;

Response show_expired(Site& site, banger::Call& call, const Request& request) {
    const std::string title = "This form was open for long";
    const std::string cause = "It is more than 12 hours old, and nothing was changed yet.";
    json fields = json::array();
    for (const auto& [name, value] : request.form.items()) {
        if (name != "csrf" && name != "idem") {
            fields.push_back({{"NAME", name}, {"CONTENT", value}});
        }
    }
    try {
        if (request.wants_json()) {
            return show_error(site, call, request, 403, title, cause, "send it again");
        }
        json model{
            {"TITLE", title}, {"CAUSE", cause}, {"ACTION", request.target}, {"FIELDS", fields}};
        if (request.form.has("idem")) { // it stays the same form, however often it is sent
            model["IDEM"] = request.form.get("idem");
        }
        return show(site, call, request, {"expired", title, "", std::move(model), 403});
    } catch (const std::exception&) {
        return show_error(site, call, request, 403, title, cause,
                          "go back, read the page anew and do it again");
    }
}

} // namespace web
