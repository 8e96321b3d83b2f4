#include "daemon.hpp"

namespace web {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const banger_response& answer) {
    const json body = json::parse(banger::view(answer.body), nullptr, false);
    const json error = body.is_object() ? body.value("error", json::object()) : json::object();
    throw Problem(answer.http_status == 0 ? 503 : answer.http_status,
                  error.value("kind", "internal"),
                  error.value("message", "the daemon did not answer"), error.value("hint", ""));
}

} // namespace

std::string Daemon::get_text(banger::Call& call, std::string_view target) const {
    const banger_response& answer = api_.request(call, "GET", target);
    if (answer.http_status < 200 || answer.http_status > 299) {
        refuse(answer);
    }
    return std::string(banger::view(answer.body));
}

json Daemon::request(banger::Call& call, std::string_view method, std::string_view target,
                     std::string_view body_json) const {
    const banger_response& answer = api_.request(call, method, target, body_json);
    if (answer.http_status < 200 || answer.http_status > 299) {
        refuse(answer);
    }
    const std::string_view body = banger::view(answer.body);
    return body.empty() ? json::object() : json::parse(body);
}

} // namespace web
