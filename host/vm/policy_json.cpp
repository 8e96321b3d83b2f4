#include "vm/policy_json.hpp"

#include "os/clock.hpp"
#include "vm/due_stop.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using Time = std::chrono::steady_clock::time_point;

namespace {

std::string wall_time(Time at, Time now) {
    using std::chrono::milliseconds;
    return os::to_rfc3339(os::now_ms() +
                          std::chrono::duration_cast<milliseconds>(at - now).count());
}

} // namespace

json policy_json(const Machine& machine, Time now) {
    const store::VmRow& row = machine.row;
    const bool counted = row.idle_stop_s > 0 && machine.runs();
    const auto since = counted ? machine.idleness.since() : std::nullopt;
    const std::string activity = counted ? machine.idleness.activity() : "";
    const auto due = due_stop(machine, now);
    return {{"autostart", row.autostart},
            {"idle_stop_s", row.idle_stop_s},
            {"max_lifetime_s", row.max_lifetime_s},
            {"idle_since", since ? json(wall_time(*since, now)) : json(nullptr)},
            {"activity", activity.empty() ? json(nullptr) : json(activity)},
            {"stops", due ? json{{"at", wall_time(due->at, now)}, {"why", to_string(due->why)}}
                          : json(nullptr)}};
}

} // namespace banger::vm
