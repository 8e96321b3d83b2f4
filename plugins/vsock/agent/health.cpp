#include "agent.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"

#include <nlohmann/json.hpp>

namespace agent {

/// Failed units are asked for anew once init has finished; before, that would take CPU from the
/// guest's start.
std::unique_ptr<Exchange> open_health(Agent& agent, Session& session, const Head& head) {
    const auto answer = [&agent](Session& asker) { asker.answer(200, to_text(agent.health())); };
    if (!agent.boot().finished_ms()) {
        return std::make_unique<SimpleExchange>(
            session, head, [answer](Session& asker, const std::string&) { answer(asker); });
    }
    // Owned by the exchange: who is gone is not called.
    auto known = std::make_shared<FailedUnits::OnKnown>([&session, answer] { answer(session); });
    return std::make_unique<SimpleExchange>(
        session, head,
        [&agent, known](Session&, const std::string&) { agent.failed_units().ask(known); });
}

} // namespace agent
