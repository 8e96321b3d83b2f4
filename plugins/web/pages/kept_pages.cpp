#include "kept_pages.hpp"

#include "actions/idem.hpp"
#include "site.hpp"

namespace web {
namespace {

std::string place_of(const Request& request) {
    return (request.fragment() ? "part " : "page ") + request.target;
}

void replace_all(std::string& text, const std::string& old, const std::string& by) {
    for (std::size_t at = old.empty() ? std::string::npos : text.find(old); at != std::string::npos;
         at = text.find(old, at + by.size())) {
        text.replace(at, old.size(), by); // of the same length: nothing is moved
    }
}

} // namespace

std::optional<Response> KeptPages::find(const SnapshotPtr& now, const Request& request) {
    const std::lock_guard lock(mutex_);
    const auto page = pages_.find(place_of(request));
    return of_ != now || page == pages_.end() ? std::nullopt : std::optional(page->second);
}

void KeptPages::keep(const SnapshotPtr& now, const Request& request, const Response& response) {
    const std::lock_guard lock(mutex_);
    if (of_ != now) {
        of_ = now;
        pages_.clear();
        bytes_ = 0;
    }
    bytes_ += response.body.size();
    if (response.status == 200 && bytes_ <= most_bytes) {
        pages_.insert_or_assign(place_of(request), response);
    }
}

Router::Handler kept(Site& site, Router::Handler draw) {
    return [&site, draw = std::move(draw)](banger::Call& call, const Request& request) {
        const SnapshotPtr now = site.state.now(call);
        std::optional<Response> page = site.kept_pages.find(now, request);
        if (!page) {
            page = draw(call, request);
            site.kept_pages.keep(now, request, *page);
            return std::move(*page);
        }
        replace_all(page->body, page->form_token,
                    site.csrf.issue(request.uid, request.host, Csrf::Clock::now()));
        replace_all(page->body, page->form_key, new_key());
        return std::move(*page);
    };
}

} // namespace web
