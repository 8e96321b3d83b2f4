#include "api/request.hpp"

#include "os/error.hpp"
#include "os/json_depth.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace banger::api {
using os::Error;
using os::ErrorKind;

namespace {} // namespace

const std::string& Request::param(const std::string& name) const {
    const auto at = params.find(name);
    if (at == params.end()) {
        throw Error(ErrorKind::internal, "the route has no {" + name + "}");
    }
    return at->second;
}

std::optional<std::string> Request::find_query(const std::string& name) const {
    const auto at = query.find(name);
    return at == query.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::int64_t> Request::find_number(const std::string& name, std::int64_t min,
                                                 std::int64_t max) const {
    const auto text = find_query(name);
    if (!text) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const char* const end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || at != end || value < min || value > max) {
        throw Error(ErrorKind::invalid, name + ": \"" + *text + "\" is not a whole number from " +
                                            std::to_string(min) + " to " + std::to_string(max));
    }
    return value;
}

bool Request::flag(const std::string& name) const {
    const auto text = find_query(name);
    if (!text || *text == "0" || *text == "false") {
        return false;
    }
    if (text->empty() || *text == "1" || *text == "true") {
        return true;
    }
    throw Error(ErrorKind::invalid, name + ": \"" + *text + "\" is neither 1 nor 0");
}

nlohmann::json Request::json() const {
    if (body.empty()) {
        return nlohmann::json::object();
    }
    nlohmann::json value;
    try {
        value = nlohmann::json::parse(body, [](int depth, auto, const nlohmann::json&) {
            if (depth > os::deepest_json) {
                throw Error(ErrorKind::invalid, "the body is nested too deeply");
            }
            return true;
        });
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::invalid, std::string("the body is not JSON: ") + error.what());
    }
    if (!value.is_object()) {
        throw Error(ErrorKind::invalid,
                    std::string("the body must be a JSON object, not ") + value.type_name());
    }
    return value;
}

void Request::require_upgrade(std::string_view protocol) const {
    if (upgrade != protocol) {
        throw Error(ErrorKind::unsupported,
                    "this resource is a stream: send Connection: Upgrade and Upgrade: " +
                        std::string(protocol));
    }
}

std::optional<std::string> percent_decoded(std::string_view text, bool in_query) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            unsigned value = 0;
            const char* const digits = text.data() + i + 1;
            if (i + 2 >= text.size() ||
                std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) {
                return std::nullopt;
            }
            c = static_cast<char>(value);
            i += 2;
        } else if (c == '+' && in_query) {
            c = ' ';
        }
        if (c == '\0') {
            return std::nullopt;
        }
        out.push_back(c);
    }
    return out;
}

} // namespace banger::api
