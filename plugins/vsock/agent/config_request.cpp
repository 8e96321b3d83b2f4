#include "agent.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"

#include "guest/apply.hpp"
#include "guest/config.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace agent {
namespace {

constexpr std::size_t longest_configuration = 17U << 20U;

std::string apply_configuration(const std::string& text) {
    banger::guest::Config config;
    try {
        config = banger::guest::parse_config(text);
    } catch (const std::invalid_argument& error) {
        throw Refusal(Kind::invalid, error.what());
    }
    nlohmann::json problems = nlohmann::json::array();
    for (const auto& problem : banger::guest::apply(config, {})) {
        problems.push_back(
            {{"step", problem.step}, {"reason", problem.reason}, {"essential", problem.essential}});
    }
    return to_text({{"problems", problems}});
}

} // namespace

/// Once it has begun it goes on without its client: a guest with half a configuration is nobody's.
std::unique_ptr<Exchange> open_config(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<JobExchange>(agent.loop(), agent.configurations(), session, head,
                                         apply_configuration, JobExchange::Gone::go_on,
                                         longest_configuration);
}

} // namespace agent
