#include "vm/auto_start.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <deque>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace asio = boost::asio;
using nlohmann::json;
using os::Error;

namespace {

constexpr std::size_t at_a_time = 2; ///< the host has just come up, and has other things to do

bool ran_to_the_end(const Machine& machine) {
    const json exit = json::parse(machine.row.exit.value_or("{}"), nullptr, false);
    return exit.is_object() && exit.value("host_down", json()) == json(true);
}

void tell(Machines& machines, const std::string& name, const Error& error) {
    const auto machine = machines.find(name);
    if (!machine) {
        return;
    }
    machine->row.warnings =
        json::array({"it was not started with its host: " + std::string(error.what()) +
                     (error.hint().empty() ? "" : "; " + error.hint())})
            .dump(-1, ' ', false, json::error_handler_t::replace);
    machines.save(*machine);
}

/// Null when it was refused.
asio::awaitable<Lifecycle::Started> start_one(Lifecycle& lifecycle, Machines& machines,
                                              std::string name) {
    std::optional<Error> refusal;
    try {
        co_await lifecycle.settled(name);
        co_await lifecycle.check_start(name);
        co_return lifecycle.start(name, std::nullopt);
    } catch (const Error& error) {
        refusal = error;
    }
    tell(machines, name, *refusal);
    co_return nullptr;
}

asio::awaitable<void> see_end(Machines& machines, Lifecycle::Started operation) {
    co_await operation->done();
    if (const auto& error = operation->error()) {
        tell(machines, operation->target(), *error);
    }
}

} // namespace

std::vector<std::string> due_starts(const Machines& machines) {
    std::vector<std::string> names;
    for (const auto& machine : machines.list()) {
        const std::string& when = machine->row.autostart;
        const bool wanted = when == "on" || (when == "last" && ran_to_the_end(*machine));
        if (wanted && !machine->runs()) {
            names.push_back(machine->name());
        }
    }
    return names;
}

asio::awaitable<void> start_all(Lifecycle& lifecycle, Machines& machines,
                                std::vector<std::string> names) {
    std::deque<Lifecycle::Started> running;
    for (const std::string& name : names) {
        if (running.size() >= at_a_time) {
            co_await see_end(machines, running.front());
            running.pop_front();
        }
        auto started = co_await start_one(lifecycle, machines, name);
        if (started) {
            running.push_back(std::move(started));
        }
    }
    for (const Lifecycle::Started& operation : running) {
        co_await see_end(machines, operation);
    }
}

} // namespace banger::vm
