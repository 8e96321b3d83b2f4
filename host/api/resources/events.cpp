#include "api/resources/resources.hpp"

#include "vm/events.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
namespace asio = boost::asio;

void add_events(Router& router, const Parts& parts) {
    router.on("GET", "/v1/events", [&parts](Request) -> asio::awaitable<Response> {
        co_return line_stream([&events = parts.events](Stream& stream) -> asio::awaitable<void> {
            // A reader that cannot keep up is dropped by post(); nobody else waits for it.
            const auto subscription = events.subscribe(
                [&stream](const nlohmann::json& event) { stream.post(line_of(event)); });
            co_await stream.closed();
        });
    });
}

} // namespace banger::api
