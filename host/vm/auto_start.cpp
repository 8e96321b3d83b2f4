#include "vm/auto_start.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace asio = boost::asio;
using nlohmann::json;
using os::Error;

namespace {

constexpr std::size_t at_a_time = 2; ///< the host has just come up, and has other things to do

/// It ran when the host went down at the end of that boot.
bool went_down_in(const std::string& boot_id, const Machine& machine) {
    const json exit = json::parse(machine.row.exit.value_or("{}"), nullptr, false);
    return exit.is_object() && exit.value("host_down", json()) == json(true) &&
           exit.value("boot_id", json()) == json(boot_id);
}

} // namespace

AutoStart::Memory AutoStart::remembered() const {
    std::string why = "it is damaged";
    try {
        const auto text = os::find_file(parts_.file);
        if (!text) { // there is none yet
            return {};
        }
        const json in = json::parse(*text);
        return {in.at("boot_id").get<std::string>(), in.at("due").get<std::vector<std::string>>()};
    } catch (const Error& error) {
        why = error.what();
    } catch (const json::exception&) { // NOLINT(bugprone-empty-catch): why says it
    }
    parts_.log("warning", "no VM is started with its host: " + parts_.file.string() +
                              " does not tell of before: " + why);
    return {};
}

void AutoStart::remember() {
    try {
        os::write_file_atomic(
            parts_.file, json{{"boot_id", memory_.boot_id}, {"due", memory_.due}}.dump() + "\n");
    } catch (const Error& error) { // a full disk
        parts_.log("warning", "the next bangerd may start VMs with autostart again: " +
                                  std::string(error.what()));
    }
}

std::vector<std::string> AutoStart::due_after(const Memory& before) const {
    std::vector<std::string> due;
    for (const auto& machine : parts_.machines.list()) {
        const std::string& when = machine->row.autostart;
        const bool left =
            std::find(before.due.begin(), before.due.end(), machine->id()) != before.due.end();
        const bool ran = left || went_down_in(before.boot_id, *machine);
        if (!machine->runs() && (when == "on" || (when == "last" && ran))) {
            due.push_back(machine->id());
        }
    }
    return due;
}

asio::awaitable<void> AutoStart::run() {
    memory_ = remembered();
    if (memory_.boot_id != parts_.boot_id) {
        // Of what was before the first daemon nobody knows.
        memory_.due = memory_.boot_id.empty() ? std::vector<std::string>() : due_after(memory_);
        memory_.boot_id = parts_.boot_id;
        remember();
    }
    // Who changes a VM from now on knows better.
    std::map<std::string, std::optional<std::string>> last_operation;
    const std::vector<std::string> due = memory_.due;
    for (const std::string& id : due) {
        if (const auto machine = parts_.machines.find_id(id)) {
            last_operation[id] = machine->row.last_operation;
        }
    }
    std::deque<Start> running;
    for (const std::string& id : due) {
        if (running.size() >= at_a_time) {
            co_await see_end(running.front());
            running.pop_front();
        }
        if (parts_.stopping()) {
            break;
        }
        auto started = co_await start(id, last_operation[id]);
        if (started) {
            running.push_back({id, std::move(started)});
        }
    }
    for (const Start& start : running) {
        co_await see_end(start);
    }
}

asio::awaitable<Lifecycle::Started> AutoStart::start(std::string id,
                                                     std::optional<std::string> last_operation) {
    const auto machine = parts_.machines.find_id(id);
    const bool wanted = machine && machine->row.autostart != "off" && !machine->runs() &&
                        machine->row.last_operation == last_operation;
    if (!wanted) {
        strike(id);
        co_return nullptr;
    }
    std::optional<Error> refusal;
    try {
        co_await parts_.lifecycle.settled(machine->name());
        co_await parts_.lifecycle.check_start(machine->name());
        co_return parts_.lifecycle.start(machine->name(), std::nullopt);
    } catch (const Error& error) {
        refusal = error;
    }
    if (!parts_.stopping()) {
        tell(id, *refusal);
        strike(id);
    }
    co_return nullptr;
}

asio::awaitable<void> AutoStart::see_end(Start start) {
    co_await start.operation->done();
    const auto& error = start.operation->error();
    if (error && parts_.stopping()) { // taken back, for the next daemon to do again
        co_return;
    }
    if (error) {
        tell(start.id, *error);
    }
    strike(start.id);
}

void AutoStart::strike(const std::string& id) {
    std::erase(memory_.due, id);
    remember();
}

void AutoStart::tell(const std::string& id, const Error& error) {
    const auto machine = parts_.machines.find_id(id);
    if (!machine) {
        return;
    }
    const std::string text = "it was not started with its host: " + std::string(error.what()) +
                             (error.hint().empty() ? "" : "; " + error.hint());
    parts_.log("warning", "VM " + machine->name() + ": " + text);
    json warnings = json::parse(machine->row.warnings, nullptr, false);
    warnings = warnings.is_array() ? warnings : json::array();
    warnings.push_back(text);
    machine->row.warnings = warnings.dump(-1, ' ', false, json::error_handler_t::replace);
    try {
        parts_.machines.save(*machine);
    } catch (const Error& cause) { // a full disk; it is in the log
        parts_.log("warning", cause.what());
    }
}

} // namespace banger::vm
