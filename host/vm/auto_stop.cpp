#include "vm/auto_stop.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "vm/background.hpp"
#include "vm/guest_message.hpp"
#include "vm/lifecycle.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using os::Error;
using std::chrono::seconds;

namespace {

constexpr seconds longest_warning{300};
constexpr seconds longest_notice{60}; ///< to whom the end comes at once
constexpr seconds look_pause{2};      ///< for the next figures
constexpr seconds longest_pause{60};  ///< the host may have slept, which no timer of ours counts
constexpr seconds retry_pause{30};    ///< after a stop that was refused, or failed

/// An idle guest is stopped on figures that are no older than its time is over.
bool is_proven(const Machine& machine, const DueStop& due) {
    const auto seen = machine.idleness.seen();
    return due.why == DueStop::Why::lifetime || (seen && *seen >= due.at);
}

} // namespace

AutoStop::AutoStop(Parts parts)
    : parts_(std::move(parts)), timer_(parts_.threads.loop),
      changes_(parts_.events.subscribe([this](const nlohmann::json& event) {
          const std::string type = event.value("type", "");
          if (type == "vm.state" || type == "operation") {
              timer_.cancel();
          }
      })) {}

asio::awaitable<void> AutoStop::run() {
    for (;;) {
        timer_.expires_at(look(std::chrono::steady_clock::now()));
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

AutoStop::Time AutoStop::look(Time now) {
    Time next = Time::max();
    for (const auto& machine : parts_.machines.list()) {
        const store::VmRow& row = machine->row;
        if (!machine->runs() || (row.idle_stop_s == 0 && row.max_lifetime_s == 0)) {
            notes_.erase(machine->id());
            continue;
        }
        // A guest becomes idle without a word to us.
        next = std::min(next, now + std::clamp(seconds(row.idle_stop_s > 0 ? row.idle_stop_s : 60),
                                               1s, longest_pause));
        if (const auto due = due_stop(*machine, now)) {
            next = std::min(next, look_at(*machine, *due, now));
        }
    }
    return next;
}

AutoStop::Time AutoStop::look_at(Machine& machine, const DueStop& due, Time now) {
    Note& note = notes_[machine.id()];
    const seconds fifth = limit_of(due, machine) / 5;
    const Time warning = due.at - std::min(longest_warning, fifth);
    if (now < warning) { // something happened meanwhile, or another time was set
        note.warned.reset();
        return warning;
    }
    if (note.warned != due.why) {
        note.warned = due.why;
        // It may be over since long ago: the host has slept, or a shorter time was set.
        note.notice_ends = now + std::clamp(fifth, 1s, longest_notice);
        warn(machine, due, std::max(due.at, note.notice_ends), now);
    }
    if (const Time at = std::max({due.at, note.notice_ends, note.next_try}); now < at) {
        return at;
    }
    if (machine.busy() || !is_proven(machine, due)) {
        return now + look_pause;
    }
    note.next_try = now + retry_pause;
    stop(machine, due);
    return note.next_try;
}

void AutoStop::warn(const Machine& machine, const DueStop& due, Time at, Time now) {
    const auto left = std::max(std::chrono::ceil<seconds>(at - now), seconds(0));
    const std::string when = "in " + os::period_text(left);
    parts_.log("info", "VM " + machine.name() + " will be stopped " + when + ": then " +
                           reason_of(due, machine));
    parts_.events.publish("vm.stops_soon", {{"vm", machine.name()},
                                            {"id", machine.id()},
                                            {"in_s", left.count()},
                                            {"why", to_string(due.why)}});
    if (due.why != DueStop::Why::lifetime) {
        return; // nobody is there to be told
    }
    const std::string text = "This VM will be stopped " + when + ": it has --max-lifetime " +
                             os::period_text(seconds(machine.row.max_lifetime_s)) +
                             ". To keep it, on its host: banger vm set " + machine.name() +
                             " --max-lifetime off";
    auto work = offload(parts_.threads, [&capabilities = parts_.capabilities, text,
                                         view = view_of(machine, parts_.settings)] {
        tell_guest(capabilities, view, text);
    });
    start_background(
        parts_.threads.loop, std::move(work), [this, name = machine.name()](const Error& error) {
            parts_.log("info", "who is logged in to VM " + name + " was not told: " + error.what());
        });
}

void AutoStop::stop(Machine& machine, const DueStop& due) {
    const std::string reason = reason_of(due, machine);
    parts_.log("info", "VM " + machine.name() + " is stopped: " + reason);
    try {
        StopRequest request;
        request.reason = reason;
        (void)parts_.lifecycle.stop(machine.name(), request);
    } catch (const Error& error) { // it is tried again
        parts_.log("warning", "VM " + machine.name() + " is not stopped: " + error.what());
    }
}

} // namespace banger::vm
