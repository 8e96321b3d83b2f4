#include "agent.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"

#include <nlohmann/json.hpp>

namespace agent {

std::unique_ptr<Exchange> open_power(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<SimpleExchange>(
        session, head, [&agent](Session& asker, const std::string& body) {
            const auto wanted = parse_object(body);
            const auto action = wanted.value("action", nlohmann::json());
            const auto reason = wanted.value("reason", nlohmann::json(""));
            if ((action != "shutdown" && action != "reboot") || !reason.is_string()) {
                throw Refusal(Kind::invalid, "action must be shutdown or reboot, reason a text");
            }
            agent.power().request(action == "reboot" ? PowerAction::reboot : PowerAction::shutdown,
                                  reason.get<std::string>());
            asker.answer(202, "{}");
        });
}

} // namespace agent
