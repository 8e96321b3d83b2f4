#include "response_head.hpp"

#include "lower_case.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace web {
namespace {

struct Header {
    const char *name, *value;
};
constexpr Header guarding[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
     "require-trusted-types-for 'script'; trusted-types banger"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    // Not no-referrer: with that our own forms would say "Origin: null".
    {"Referrer-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"}};

const char* reason_of(int status) {
    static const std::map<int, const char*> reasons{{200, "OK"},
                                                    {204, "No Content"},
                                                    {303, "See Other"},
                                                    {304, "Not Modified"},
                                                    {400, "Bad Request"},
                                                    {403, "Forbidden"},
                                                    {404, "Not Found"},
                                                    {405, "Method Not Allowed"},
                                                    {408, "Request Timeout"},
                                                    {409, "Conflict"},
                                                    {413, "Content Too Large"},
                                                    {414, "URI Too Long"},
                                                    {415, "Unsupported Media Type"},
                                                    {417, "Expectation Failed"},
                                                    {421, "Misdirected Request"},
                                                    {422, "Unprocessable Content"},
                                                    {426, "Upgrade Required"},
                                                    {431, "Request Header Fields Too Large"},
                                                    {500, "Internal Server Error"},
                                                    {501, "Not Implemented"},
                                                    {503, "Service Unavailable"},
                                                    {504, "Gateway Timeout"}};
    const auto found = reasons.find(status);
    return found == reasons.end() ? "Other" : found->second;
}

bool same_name(std::string_view a, std::string_view b) {
    return in_lower_case(a) == in_lower_case(b);
}

bool sets_itself(const Response& response, std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& header) { return same_name(header.first, name); });
}

/// What came from a request must not become a second header, or a second answer.
void add_header(std::string& text, std::string_view name, std::string_view value) {
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
    };
    if (name.empty() || name.find_first_of(" :\t") != std::string_view::npos ||
        std::any_of(name.begin(), name.end(), is_control) ||
        std::any_of(value.begin(), value.end(), is_control)) {
        throw std::logic_error("header " + std::string(name) + " has what no header may have");
    }
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
}

} // namespace

std::string response_head(const Response& response, bool keep_alive) {
    std::string text =
        "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status) + "\r\n";
    for (const auto& [name, value] : guarding) {
        if (!sets_itself(response, name)) {
            add_header(text, name, value);
        }
    }
    if (!sets_itself(response, "Cache-Control")) {
        add_header(text, "Cache-Control",
                   response.immutable ? "private, max-age=31536000, immutable" : "no-store");
    }
    for (const auto& [name, value] : response.headers) {
        add_header(text, name, value);
    }
    const bool has_body = response.status != 304 && response.status != 204;
    if (has_body) {
        add_header(text, "Content-Type",
                   response.feed ? "text/event-stream" : response.content_type);
    }
    if (has_body && !response.feed) { // the end of the connection is the end of a feed
        add_header(text, "Content-Length", std::to_string(response.body.size()));
    }
    add_header(text, "Connection", keep_alive && !response.feed ? "keep-alive" : "close");
    return text + "\r\n";
}

} // namespace web
