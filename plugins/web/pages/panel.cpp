#include "panel.hpp"

#include "gate/base64url.hpp"
#include "state/field.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <array>
#include <regex>

namespace web {
namespace {

using nlohmann::json;

[[noreturn]] void no_panel(const std::string& why) {
    throw banger::Error(BANGER_E_INTERNAL, "the plugin's answer is no panel: " + why,
                        "tell its author, or get another version of it");
}

std::string panel_bytes(const json& item) {
    std::string text = field_text(item, "base64");
    while (!text.empty() && text.back() == '=') {
        text.pop_back();
    }
    for (char& c : text) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    auto bytes = from_base64url(text);
    if (!bytes) {
        no_panel("bytes that are no base64");
    }
    return std::move(*bytes);
}

bool is_media_type(const std::string& text) {
    static const std::regex shape("[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}"
                                  "( *; *[A-Za-z0-9-]{1,32}=[A-Za-z0-9._-]{1,64}){0,4}");
    return text.size() < 300 && std::regex_match(text, shape);
}

Response kept_in_frame(Response response) {
    response.headers.emplace_back(
        "Content-Security-Policy",
        "sandbox; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "media-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'");
    response.headers.emplace_back("X-Frame-Options", "SAMEORIGIN");
    // Its own pictures are another origin's for a page without one; the pass keeps others out.
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
    // The pass is nobody's business.
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    return response;
}

} // namespace

std::string panel_purpose(std::string_view plugin, std::string_view host) {
    return "panel of " + std::string(plugin) + " at " + std::string(host);
}

std::string around_panel_policy() {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
           "'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri "
           "'none'; require-trusted-types-for 'script'; trusted-types banger; frame-src 'self'";
}

std::optional<std::string> panel_path(std::string_view rest) {
    const bool has_bad_byte = std::any_of(rest.begin(), rest.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '\\';
    });
    if (has_bad_byte) {
        return std::nullopt;
    }
    for (std::string_view left = rest; !left.empty();) {
        const std::size_t slash = left.find('/');
        const std::string_view part = left.substr(0, slash);
        if (part.empty() || part == "." || part == "..") {
            return std::nullopt;
        }
        left = slash == std::string_view::npos ? std::string_view() : left.substr(slash + 1);
    }
    return "/" + std::string(rest);
}

Response panel_answer(const json& result) {
    if (field_text(result, "status") == "skipped") {
        return panel_refusal(404, "The plugin has nothing to show here.");
    }
    const json& output = field_list(result, "output");
    const std::string type = output.empty() ? "" : field_text(output.front(), "text");
    if (output.empty() || field_text(output.front(), "kind") != "mime" || !is_media_type(type)) {
        no_panel("it does not begin with a type such as text/html");
    }
    Response response;
    response.content_type = type;
    for (auto item = output.begin() + 1; item != output.end(); ++item) {
        if (field_text(*item, "kind") != "bytes") {
            no_panel("after its type there is something other than bytes");
        }
        response.body += panel_bytes(*item);
    }
    return kept_in_frame(std::move(response));
}

Response panel_refusal(int status, const std::string& text) {
    return kept_in_frame(Response::text(text + "\n", status));
}

bool is_panel_use(std::string_view destination) {
    constexpr std::array<std::string_view, 6> uses{"",      "document", "iframe",
                                                   "image", "style",    "video"};
    return std::find(uses.begin(), uses.end(), destination) != uses.end();
}

} // namespace web
