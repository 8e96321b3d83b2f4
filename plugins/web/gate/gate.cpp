#include "gate.hpp"

#include "http/lower_case.hpp"

#include <algorithm>
#include <array>

namespace web {
namespace {

constexpr std::size_t longest_target = 8192;

/// Of which a second one could say something else to somebody else.
constexpr std::array<const char*, 13> once{
    "host",           "origin",         "content-type",      "content-length",
    "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest",    "transfer-encoding",
    "expect",         "upgrade",        "sec-websocket-key", "sec-websocket-version",
    "x-banger-csrf"};

/// The one value, else nothing.
std::optional<std::string> value_of(const Head& head, const std::string& name) {
    const auto values = head.all(name);
    return values.size() == 1 ? std::optional(values.front()) : std::nullopt;
}

bool is_read(const std::string& method) {
    return method == "GET" || method == "HEAD";
}

/// A path, as browsers write it. "//x" and "/\x" are other machines in a link.
bool is_path(const std::string& target) {
    const auto is_plain = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
    return !target.empty() && target[0] == '/' &&
           (target.size() == 1 || (target[1] != '/' && target[1] != '\\')) &&
           std::all_of(target.begin(), target.end(), is_plain);
}

Refusal of_request(int status, std::string title, std::string cause) {
    return {status, std::move(title), std::move(cause), "a browser's address bar asks rightly"};
}

std::optional<Refusal> check_shape(const Head& head) {
    for (const char* name : once) {
        if (head.all(name).size() > 1) {
            return of_request(400, "Bad request", "there is more than one " + std::string(name));
        }
    }
    if (head.target.size() > longest_target) {
        return of_request(414, "The address is too long",
                          "at most " + std::to_string(longest_target) + " bytes");
    }
    if (!is_path(head.target)) {
        return of_request(400, "Bad request", "the address asked for is no path");
    }
    const auto length = value_of(head, "content-length");
    const auto coding = value_of(head, "transfer-encoding");
    if (length && (coding || length->empty() ||
                   length->find_first_not_of("0123456789") != std::string::npos)) {
        return of_request(400, "Bad request", "it is not clear where the body ends");
    }
    if (coding && in_lower_case(*coding) != "chunked") {
        return of_request(400, "Bad request", "the body is coded in a way that we do not know");
    }
    if (is_read(head.method) && (coding || length.value_or("0") != "0")) {
        return of_request(400, "Bad request", "what only reads has no body");
    }
    if (value_of(head, "expect")) {
        return of_request(417, "Expectation failed", "the body is to come without being asked for");
    }
    return std::nullopt;
}

Refusal foreign(const std::string& origin, const std::string& expected) {
    return {403, "Asked by another page",
            "the request came from " +
                (origin.empty()     ? "a page that does not say which it is"
                 : origin == "null" ? "a page without an origin (null)"
                                    : origin.substr(0, 200)) +
                ", and only pages of " + expected + " may ask for this",
            "open " + expected + "/ and do it there; nothing was changed"};
}

/// What is in the frame of a plugin's panel has no origin, so that all it asks for is cross-site.
/// Its handler looks at the pass in the address instead (pages/panel.hpp).
bool is_of_panel(const Head& head) {
    return is_read(head.method) && head.target.starts_with("/panel/");
}

std::optional<Refusal> check_fetch(const Head& head, const std::string& own_origin) {
    const std::string site = value_of(head, "sec-fetch-site").value_or("");
    if (site.empty() || site == "same-origin" || site == "none" || is_of_panel(head)) {
        return std::nullopt;
    }
    const bool is_visit = is_read(head.method) &&
                          value_of(head, "sec-fetch-mode").value_or("") == "navigate" &&
                          value_of(head, "sec-fetch-dest").value_or("") == "document";
    if (is_visit && (site == "same-site" || site == "cross-site")) {
        return std::nullopt; // a link to us; a page that changes nothing
    }
    return foreign(value_of(head, "origin").value_or(""), own_origin);
}

/// Browsers ask for it on behalf of any page, and say nothing of where it leads (Fetch Metadata).
bool wants_websocket(const Head& head) {
    return in_lower_case(value_of(head, "upgrade").value_or("")).find("websocket") !=
           std::string::npos;
}

std::optional<Refusal> check_origin(const Head& head, const std::string& own_origin) {
    const auto origin = value_of(head, "origin");
    const bool may_be_absent = is_read(head.method) && !wants_websocket(head);
    if (!origin ? may_be_absent : *origin == own_origin) {
        return std::nullopt;
    }
    return foreign(origin.value_or(""), own_origin);
}

std::optional<Refusal> check_type(const Head& head) {
    if (is_read(head.method)) {
        return std::nullopt;
    }
    std::string type = in_lower_case(value_of(head, "content-type").value_or(""));
    type = type.substr(0, type.find(';'));
    type.erase(type.find_last_not_of(" \t") + 1);
    if (type == "application/x-www-form-urlencoded") {
        return std::nullopt;
    }
    return of_request(415, "This kind of body is not taken",
                      "what changes something comes as application/x-www-form-urlencoded");
}

} // namespace

std::vector<std::string> Head::all(const std::string& name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : headers) {
        if (key == name) {
            values.push_back(value);
        }
    }
    return values;
}

std::string Gate::host_of(const Head& head) const {
    const std::string host = in_lower_case(value_of(head, "host").value_or(""));
    const auto found = std::find(rules_.hosts.begin(), rules_.hosts.end(), host);
    return found == rules_.hosts.end() ? std::string() : *found;
}

std::optional<Refusal> Gate::check(const Head& head) const {
    if (!knows(head.uid)) {
        return Refusal{403, "Not yours",
                       head.uid ? "this web console is another user's"
                                : "the system does not say which user asks",
                       "each user has an own banger: banger daemon start"};
    }
    const std::string home = "http://" + rules_.hosts.front();
    if (head.all("host").size() != 1) {
        return of_request(400, "Bad request", "there is to be exactly one Host");
    }
    const std::string host = host_of(head);
    if (host.empty()) {
        return Refusal{421, "Not under this name",
                       "this address leads to the web console, but not under its own name: another "
                       "site may have sent you here",
                       "open " + home + "/"};
    }
    if (auto refusal = check_shape(head)) {
        return refusal;
    }
    if (!is_read(head.method) && head.method != "POST") {
        return Refusal{405, "Method not allowed", "this is read by GET and changed by POST", ""};
    }
    const std::string own_origin = "http://" + host;
    if (auto refusal = check_fetch(head, own_origin)) {
        return refusal;
    }
    if (auto refusal = check_origin(head, own_origin)) {
        return refusal;
    }
    return check_type(head);
}

} // namespace web
