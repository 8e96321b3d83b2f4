#include "console.hpp"

#include <stdexcept>
#include <thread>

namespace web::test {
namespace {

struct Nothing {
    static constexpr const char* id = "nothing";
    static constexpr const char* name = "Nothing";
    static constexpr const char* version = "1.0.0";
    Nothing(banger::Host, banger::Call&, std::string_view) {}
};

} // namespace

Console::Console() : host(&banger::Export<Nothing>::entry) {
    host.begin();
    router.add("GET", "/healthz",
               [](banger::Call&, const Request&) { return Response::text("ok\n"); });
    router.add("GET", "/page",
               [](banger::Call&, const Request&) { return Response::html("<h1>page</h1>"); });
    router.add("GET", "/slow", [this](banger::Call&, const Request&) {
        ++slow_ones;
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        return Response::text("slow");
    });
    router.add("GET", "/big", [](banger::Call&, const Request&) {
        return Response::text(std::string(8U << 20U, 'b'));
    });
    router.add("GET", "/throw", [](banger::Call&, const Request&) -> Response {
        throw std::runtime_error("a fault");
    });
    router.add("GET", "/feed", [this](banger::Call&, const Request&) {
        Response response;
        const auto feed = std::make_shared<TestFeed>();
        response.feed = feed;
        const std::lock_guard lock(mutex_);
        feeds_.push_back(feed);
        return response;
    });
    router.add("POST", "/change", [this](banger::Call&, const Request&) {
        ++changes;
        return Response::see("/page");
    });
}

void Console::start(const Limits& limits) {
    server = std::make_unique<Server>(
        banger::Host(host.raw()), router, csrf,
        Pages{[](banger::Call&, const Request& request, int status, const std::string& title,
                 const std::string& cause, const std::string& next) {
                  return Response::html(title + " " + cause + " " + next + " " + request.id,
                                        status);
              },
              [](banger::Call&, const Request&) { return Response::html("send again", 403); }});
    Server::Settings settings;
    settings.limits = limits;
    server->start(settings);
}

std::string Console::get(const std::string& path, const std::string& more) const {
    return "GET " + path + " HTTP/1.1\r\nHost: " + own_host() + "\r\n" + more + "\r\n";
}

std::string Console::post(const std::string& path, const std::string& headers,
                          const std::string& body) const {
    return "POST " + path + " HTTP/1.1\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Console::post(const std::string& path) const {
    return post(path,
                "Host: " + own_host() + "\r\nOrigin: " + origin() +
                    "\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                "csrf=" + token());
}

std::string Console::token() const {
    return csrf.issue(::geteuid(), own_host(), Csrf::Clock::now());
}

RawClient::Answer Console::ask(const std::string& bytes) const {
    RawClient client(server->port());
    return client.ask(bytes);
}

std::vector<std::shared_ptr<TestFeed>> Console::feeds() {
    const std::lock_guard lock(mutex_);
    return feeds_;
}

} // namespace web::test
