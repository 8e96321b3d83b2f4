#include "event_routes.hpp"

#include <charconv>

namespace web {
namespace {

std::optional<std::uint64_t> revision_in(std::string_view text) {
    std::uint64_t revision = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, revision);
    return error == std::errc() && rest == end && !text.empty() ? std::optional(revision)
                                                                : std::nullopt;
}

/// Of "since"; where it is not there nothing is missed.
std::optional<std::uint64_t> since_in(const Request& request) {
    if (!request.query.has("since")) {
        return std::nullopt;
    }
    const auto revision = revision_in(request.query.get("since"));
    if (!revision) {
        throw Problem(400, "invalid", "since is no revision.",
                      "a page has its own as data-revision, and an answer as \"rev\"");
    }
    return revision;
}

Response open_stream(Site& site, const Request& request) {
    auto since = since_in(request);
    if (const std::string last = request.header("last-event-id"); !last.empty()) {
        since = revision_in(last).value_or(0); // of somebody else's making: all is read anew
    }
    Response response;
    response.feed = site.hub.feed(topics_in(request.query.get("topics")), since);
    return response;
}

Response tell_since(Site& site, banger::Call& call, const Request& request) {
    const Topics topics = topics_in(request.query.get("topics"));
    const nlohmann::json news = site.hub.since(call, since_in(request).value_or(0), topics);
    return news.is_null() ? Response::json("", 204) : Response::json(news.dump());
}

} // namespace

void add_events(Router& router, Site& site) {
    router.add("GET", "/events", [&site](banger::Call&, const Request& request) {
        return open_stream(site, request);
    });
    router.add("GET", "/api/v1/state", [&site](banger::Call& call, const Request& request) {
        return tell_since(site, call, request);
    });
}

} // namespace web
