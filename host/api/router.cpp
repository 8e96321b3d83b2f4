#include "api/router.hpp"

#include "api/problem.hpp"
#include "os/error.hpp"
#include "os/nearest.hpp"

#include <optional>

namespace banger::api {
namespace asio = boost::asio;
using os::Error;
using os::ErrorKind;

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// The {name}s of the pattern when the path fits it. Decoded after the split, so that %2F in a
/// segment is a part of it.
std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        std::string_view path) {
    std::map<std::string, std::string> params;
    while (!pattern.empty() && !path.empty()) {
        if (pattern.front() != '/' || path.front() != '/') {
            return std::nullopt;
        }
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        const auto want = pattern.substr(0, pattern.find('/'));
        const auto have = path.substr(0, path.find('/'));
        pattern.remove_prefix(want.size());
        path.remove_prefix(have.size());
        if (want.empty() || want.front() != '{') {
            if (want != have) {
                return std::nullopt;
            }
            continue;
        }
        auto value = percent_decoded(have, false);
        if (!value || value->empty()) {
            return std::nullopt;
        }
        params.emplace(want.substr(1, want.size() - 2), std::move(*value));
    }
    return pattern.empty() && path.empty() ? std::optional(std::move(params)) : std::nullopt;
}

std::map<std::string, std::string> parse_query(std::string_view text, const Route& route) {
    std::vector<std::string> known;
    for (const auto name : split(route.query, ' ')) {
        known.emplace_back(name);
    }
    std::map<std::string, std::string> query;
    for (const auto part : split(text, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = percent_decoded(part.substr(0, equals), true);
        const auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())), true);
        if (!name || !value) {
            throw Error(ErrorKind::invalid,
                        "the query \"" + std::string(part) + "\" is not encoded");
        }
        if (std::find(known.begin(), known.end(), *name) == known.end()) {
            const auto near = os::nearest(*name, known);
            throw Error(ErrorKind::invalid,
                        std::string(route.path) + " has no query parameter \"" + *name + "\"",
                        near ? "did you mean \"" + *near + "\"?" : std::string());
        }
        if (!query.emplace(*name, *value).second) {
            throw Error(ErrorKind::invalid, "the query has \"" + *name + "\" twice");
        }
    }
    return query;
}

} // namespace

Router::Router(std::span<const Route> table) {
    for (const Route& route : table) {
        entries_.push_back({route, nullptr});
    }
}

void Router::on(std::string_view method, std::string_view path, Handler handler) {
    const std::string name = std::string(method) + " " + std::string(path);
    for (Entry& entry : entries_) {
        if (entry.route.method == method && entry.route.path == path) {
            if (entry.handler) {
                throw Error(ErrorKind::internal, name + " has a handler already");
            }
            entry.handler = std::move(handler);
            return;
        }
    }
    throw Error(ErrorKind::internal, name + " is not in the table of routes");
}

std::vector<std::string> Router::missing() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) {
        if (!entry.handler) {
            names.push_back(std::string(entry.route.method) + " " + std::string(entry.route.path));
        }
    }
    return names;
}

const Handler* Router::resolve(Request& request, Response& refusal) const {
    const std::string_view target = request.target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, mark);
    std::string allowed;
    for (const Entry& entry : entries_) {
        auto params = match(entry.route.path, path);
        if (!params) {
            continue;
        }
        if (entry.route.method != request.method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(entry.route.method);
            continue;
        }
        request.params = std::move(*params);
        request.query = parse_query(target.substr(std::min(mark + 1, target.size())), entry.route);
        if (!entry.handler) {
            throw Error(ErrorKind::unavailable,
                        "bangerd is starting, and does not answer " + request.method + " " +
                            std::string(entry.route.path) + " yet",
                        "try again in a moment");
        }
        return &entry.handler;
    }
    if (allowed.empty()) {
        throw Error(ErrorKind::not_found, "there is no " + std::string(path) + " in this API");
    }
    refusal =
        problem(Error(ErrorKind::invalid, std::string(path) + " does not take " + request.method,
                      "use " + allowed),
                405);
    refusal.headers.emplace_back("Allow", allowed);
    return nullptr;
}

asio::awaitable<Response> Router::handle(Request request) const {
    Response response;
    try {
        if (const Handler* handler = resolve(request, response)) {
            response = co_await (*handler)(std::move(request));
        }
    } catch (...) {
        response = problem(os::current_error());
    }
    co_return response;
}

} // namespace banger::api
