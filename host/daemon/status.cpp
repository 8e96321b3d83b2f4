#include "daemon/status.hpp"

#include "privileged/client.hpp"

#include <nlohmann/json.hpp>

namespace banger::daemon {
using nlohmann::json;

json to_json(const vmm::Choice& choice) {
    json candidates = json::array();
    for (const vmm::Candidate& candidate : choice.candidates) {
        candidates.push_back({{"name", candidate.probe.driver},
                              {"usable", candidate.probe.usable},
                              {"accel", candidate.probe.accel},
                              {"version", candidate.probe.version},
                              {"binary", candidate.probe.binary.string()},
                              {"chosen", candidate.chosen},
                              {"why", candidate.why}});
    }
    const bool usable = choice.hypervisor != nullptr;
    return {{"choice", usable ? json(std::string(choice.hypervisor->name())) : json(nullptr)},
            {"accel", usable ? json(choice.hypervisor->probe().accel) : json(nullptr)},
            {"reason", choice.reason},
            {"candidates", std::move(candidates)}};
}

json to_json(const privileged::Readiness& readiness) {
    return {{"mode", privileged::to_string(readiness.mode)},
            {"ready", readiness.ready},
            {"reason", readiness.reason},
            {"command", readiness.command}};
}

} // namespace banger::daemon
