#include "page_host.hpp"

#include "http/percent.hpp"
#include "pages/routes.hpp"
#include "told.hpp"

namespace web {
namespace {

struct Nobody {
    static constexpr const char* id = "nobody";
    static constexpr const char* name = "Nobody";
    static constexpr const char* version = "1.0.0";
    Nobody(banger::Host, banger::Call&, std::string_view) {}
};

} // namespace

PageHost::PageHost() : host_(&banger::Export<Nobody>::entry) {
    host_.begin();
    host_.answers = {
        {"GET /v1/vms", R"({"vms":[{"name":"testbox"},{"name":"web-1"},{"name":"web-2"}]})"},
        {"GET /v1/images", R"({"images":[]})"},
        {"GET /v1/operations", R"({"operations":[]})"},
        {"GET /v1/daemon", told_daemon().dump()},
        {"GET /v1/plugins", R"({"plugins":[]})"}};
    const banger::Host host(host_.raw());
    site_.reset(new Site{host, Config(), Daemon(host), State(host), Renderer(),
                         Csrf(std::string(32, 's'))});
    add_routes(router_, *site_);
    answers_.emplace(
        router_, site_->csrf,
        Pages{[this](banger::Call& call, const Request& request, int status,
                     const std::string& title, const std::string& cause, const std::string& next) {
                  return show_error(*site_, call, request, status, title, cause, next);
              },
              [](banger::Call&, const Request&) { return Response::text("expired", 403); }});
}

Response PageHost::get(const std::string& target, std::map<std::string, std::string> headers) {
    Request request;
    request.id = "r-1";
    request.method = "GET";
    request.target = target;
    const std::size_t question = target.find('?');
    request.path = percent_decode(target.substr(0, question), false).value();
    if (question != std::string::npos) {
        request.query = Params::parse(target.substr(question + 1)).value();
    }
    request.headers = std::move(headers);
    request.host = name;
    request.uid = uid;
    Response response;
    const auto outcome = host_.call("page", [&](void*, banger_call* raw) -> banger_status {
        banger::Call call(raw);
        response = answers_->answer(call, request);
        return BANGER_OK;
    });
    if (outcome.status != BANGER_OK) {
        throw std::runtime_error("the page was not made: " + outcome.message);
    }
    return response;
}

std::string page_header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

std::string drawn(const std::string& name, const nlohmann::json& model) {
    static const Renderer renderer;
    nlohmann::json whole{{"CSRF", "token"}, {"IDEM", "once"}, {"HERE", "/"}};
    whole.update(model);
    return renderer.part(name, whole);
}

std::string shown_by_browser(const std::string& html) {
    static const std::pair<const char*, const char*> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    std::string text;
    for (std::size_t at = 0; at < html.size(); ++at) {
        if (html[at] == '<') {
            at = html.find('>', at); // an attribute has none: it is escaped there
            continue;
        }
        bool is_entity = false;
        for (const auto& [entity, character] : entities) {
            if (html.compare(at, std::string(entity).size(), entity) == 0) {
                text += character;
                at += std::string(entity).size() - 1;
                is_entity = true;
                break;
            }
        }
        if (!is_entity) {
            text += html[at];
        }
    }
    return text;
}

} // namespace web
