#include "refusal_page.hpp"

namespace web {
namespace {

std::string escaped_text(std::string_view text) {
    std::string html;
    for (const char c : text) {
        switch (c) {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '>':
            html += "&gt;";
            break;
        case '"':
            html += "&quot;";
            break;
        case '\'':
            html += "&#39;";
            break;
        default:
            html += c;
        }
    }
    return html;
}

} // namespace

Response refusal_page(const Refusal& refusal) {
    std::string html = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                       "<title>" +
                       escaped_text(refusal.title) + " · banger</title></head>\n<body><main><h1>" +
                       escaped_text(refusal.title) + "</h1>\n<p>" + escaped_text(refusal.cause) +
                       "</p>\n";
    if (!refusal.next.empty()) {
        html += "<p>" + escaped_text(refusal.next) + "</p>\n";
    }
    Response response = Response::html(html + "</main></body>\n</html>\n", refusal.status);
    if (refusal.status == 405) {
        response.headers.emplace_back("Allow", "GET, HEAD, POST");
    }
    return response;
}

} // namespace web
