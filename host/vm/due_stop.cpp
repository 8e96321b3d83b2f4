#include "vm/due_stop.hpp"

#include "config/units.hpp"
#include "os/clock.hpp"
#include "os/process.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

namespace {

std::string wall_time(Time at, Time now) {
    return os::to_rfc3339(os::now_ms() +
                          std::chrono::duration_cast<milliseconds>(at - now).count());
}

} // namespace

std::string_view to_string(DueStop::Why why) noexcept {
    return why == DueStop::Why::idle ? "idle" : "lifetime";
}

std::string reason_of(const DueStop& due, const Machine& machine) {
    const bool idle = due.why == DueStop::Why::idle;
    const seconds limit(idle ? machine.row.idle_stop_s : machine.row.max_lifetime_s);
    return (idle ? "it was idle for " : "it ran for ") + config::period_text(limit);
}

std::optional<DueStop> due_stop(const Machine& machine, Time now) {
    if (!machine.runs() || !is_up(machine.state)) {
        return std::nullopt;
    }
    std::optional<DueStop> next;
    if (machine.row.max_lifetime_s > 0) {
        const auto age = os::age_of(machine.process->vmm());
        next = {DueStop::Why::lifetime, now - age + seconds(machine.row.max_lifetime_s)};
    }
    const auto idle_since = machine.idleness.since();
    if (machine.row.idle_stop_s > 0 && idle_since && !machine.paused) {
        const Time at = *idle_since + seconds(machine.row.idle_stop_s);
        if (!next || at < next->at) {
            next = {DueStop::Why::idle, at};
        }
    }
    return next;
}

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
