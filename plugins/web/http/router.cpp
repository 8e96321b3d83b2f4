#include "router.hpp"

#include <optional>

namespace web {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1); // the '/'
        const std::size_t end = path.find('/');
        parts.emplace_back(path.substr(0, end));
        path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
    return parts;
}

bool takes_rest(const std::vector<std::string>& pattern) {
    return !pattern.empty() && pattern.back().starts_with('{') && pattern.back().ends_with("...}");
}

std::string rest_of(std::vector<std::string>::const_iterator first,
                    std::vector<std::string>::const_iterator end) {
    std::string text = *first;
    while (++first != end) {
        text += '/' + *first;
    }
    return text;
}

/// What stands for each {..}, if it is this pattern.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern,
                                              const std::vector<std::string>& path) {
    const bool with_rest = takes_rest(pattern);
    if (with_rest ? path.size() < pattern.size() : path.size() != pattern.size()) {
        return std::nullopt;
    }
    std::vector<std::string> args;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (with_rest && i + 1 == pattern.size()) {
            args.push_back(rest_of(path.begin() + static_cast<std::ptrdiff_t>(i), path.end()));
            break;
        }
        const bool is_open = !pattern[i].empty() && pattern[i].front() == '{';
        if (is_open && !path[i].empty()) {
            args.push_back(path[i]);
        } else if (is_open || pattern[i] != path[i]) {
            return std::nullopt;
        }
    }
    return args;
}

} // namespace

void Router::add(std::string method, std::string_view pattern, Handler handler) {
    routes_.push_back({std::move(method), parts_of(pattern), std::move(handler)});
}

Router::Found Router::find(std::string_view method, std::string_view path) const {
    const std::vector<std::string> parts = parts_of(path);
    Found found;
    for (const Route& route : routes_) { // "/vms/new" is added before "/vms/{name}"
        auto args = match(route.parts, parts);
        if (!args) {
            continue;
        }
        if (route.method == method && found.handler == nullptr) {
            found.handler = &route.handler;
            found.args = std::move(*args);
        }
        if (found.allowed.find(route.method) == std::string::npos) {
            found.allowed += (found.allowed.empty() ? "" : ", ") + route.method;
        }
    }
    return found;
}

} // namespace web
