#include "agent.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "wall_time.hpp"

#include <nlohmann/json.hpp>

namespace agent {

std::unique_ptr<Exchange> open_get_time(Agent& /*agent*/, Session& session, const Head& head) {
    return std::make_unique<SimpleExchange>(session, head, [](Session& asker, const std::string&) {
        asker.answer(200, to_text({{"unix_ns", wall_time_ns()}}));
    });
}

std::unique_ptr<Exchange> open_put_time(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<SimpleExchange>(
        session, head, [&agent](Session& asker, const std::string& body) {
            const auto wanted = parse_object(body);
            const auto it = wanted.find("unix_ns");
            if (it == wanted.end() || !it->is_number_unsigned() ||
                it->get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
                throw Refusal(Kind::invalid, "unix_ns must be a time in nanoseconds");
            }
            const auto unix_ns = static_cast<std::int64_t>(it->get<std::uint64_t>());
            const std::int64_t off_ms = (unix_ns - wall_time_ns()) / 1'000'000;
            const bool set = agent.settings().set_wall_clock(unix_ns);
            asker.answer(200, to_text({{"was_off_ms", off_ms}, {"set", set}}));
        });
}

} // namespace agent
