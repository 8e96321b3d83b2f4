#include "api/resources/resources.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
namespace asio = boost::asio;

void add_daemon(Router& router, const Parts& parts) {
    router.on("GET", "/v1/version", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(parts.version());
    });
    router.on("GET", "/v1/config", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(parts.config());
    });
    router.on("GET", "/v1/daemon", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(co_await parts.status());
    });
    router.on("GET", "/v1/doctor", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(co_await parts.doctor());
    });
    router.on("POST", "/v1/daemon/stop", [&parts](Request) -> asio::awaitable<Response> {
        parts.stop();
        co_return json_response({{"stopping", true}}, 202);
    });
}

} // namespace banger::api
