#include "vm/due_stop.hpp"

#include "os/clock.hpp"
#include "os/process.hpp"

namespace banger::vm {
using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

std::string_view to_string(DueStop::Why why) noexcept {
    return why == DueStop::Why::idle ? "idle" : "lifetime";
}

seconds limit_of(const DueStop& due, const Machine& machine) {
    return seconds(due.why == DueStop::Why::idle ? machine.row.idle_stop_s
                                                 : machine.row.max_lifetime_s);
}

std::string reason_of(const DueStop& due, const Machine& machine) {
    return (due.why == DueStop::Why::idle ? "it was idle for " : "it ran for ") +
           os::period_text(limit_of(due, machine));
}

std::optional<DueStop> due_stop(const Machine& machine, Time now) {
    if (!machine.runs() || machine.state != State::running || machine.paused) {
        return std::nullopt;
    }
    std::optional<DueStop> next;
    if (machine.row.max_lifetime_s > 0) {
        const milliseconds age =
            milliseconds(machine.row.lived_ms) + os::age_of(machine.process->vmm());
        next = {DueStop::Why::lifetime, now - age + seconds(machine.row.max_lifetime_s)};
    }
    const auto idle_since = machine.idleness.since();
    if (machine.row.idle_stop_s > 0 && idle_since) {
        const Time at = *idle_since + seconds(machine.row.idle_stop_s);
        if (!next || at < next->at) {
            next = {DueStop::Why::idle, at};
        }
    }
    return next;
}

} // namespace banger::vm
