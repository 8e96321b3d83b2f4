#include "vm/machines.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/nearest.hpp"
#include "store/database.hpp"
#include "store/lease_table.hpp"
#include "vm/cid.hpp"
#include "vm/events.hpp"

#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace banger::vm {
using os::Error;
using os::ErrorKind;

Machines::Machines(boost::asio::io_context& loop, store::Database& database,
                   const Settings& settings, Events& events)
    : loop_(loop), database_(database), settings_(settings), events_(events) {}

void Machines::load() {
    for (store::VmRow& row : store::VmTable(database_).list()) {
        auto machine = std::make_shared<Machine>(loop_);
        machine->state = find_state(row.state).value_or(State::stopped);
        machine->row = std::move(row);
        by_name_.emplace(machine->row.name, machine);
    }
}

std::vector<std::shared_ptr<Machine>> Machines::list() const {
    std::vector<std::shared_ptr<Machine>> all;
    for (const auto& [name, machine] : by_name_) {
        all.push_back(machine);
    }
    return all;
}

std::shared_ptr<Machine> Machines::find(std::string_view name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : at->second;
}

std::shared_ptr<Machine> Machines::find_id(std::string_view id) const {
    for (const auto& [name, machine] : by_name_) {
        if (machine->row.id == id) {
            return machine;
        }
    }
    return nullptr;
}

std::vector<std::string> Machines::running() const {
    std::vector<std::string> names;
    for (const auto& [name, machine] : by_name_) {
        if (machine->runs()) {
            names.push_back(name);
        }
    }
    return names;
}

std::shared_ptr<Machine> Machines::get(std::string_view name) const {
    if (auto machine = find(name)) {
        return machine;
    }
    std::vector<std::string> names;
    for (const auto& [known, machine] : by_name_) {
        names.push_back(known);
    }
    const auto near = os::nearest(name, names);
    throw Error(ErrorKind::not_found, "no VM named '" + std::string(name) + "'",
                near            ? "did you mean '" + *near + "'?"
                : names.empty() ? "there is none yet; make one with: banger vm create"
                                : "see the VMs with: banger vm ls");
}

std::string Machines::free_address() const {
    std::set<std::string> used;
    for (const store::Lease& lease : store::LeaseTable(database_).list()) {
        used.insert(lease.address);
    }
    for (std::uint32_t number = 2; number <= settings_.subnet.host_count(); ++number) {
        std::string address = settings_.subnet.host(number).text();
        if (!used.contains(address)) {
            return address;
        }
    }
    throw Error(ErrorKind::exhausted, "no address is free in " + settings_.subnet.text(),
                "delete a VM, or set a larger network.subnet in config.yaml");
}

namespace {

Error name_taken(const Machine& machine) {
    const std::string text = "a VM named '" + machine.name() + "' exists already";
    const auto work = machine.busy();
    if (machine.state == State::creating && machine.is_undone()) {
        return {ErrorKind::conflict, text + ": it is being undone by " + work->id(),
                "take another name, or try again when that is done: banger op watch " + work->id()};
    }
    if (machine.state == State::creating && work) {
        return {ErrorKind::conflict, text + ": it is being created by " + work->id(),
                "take another name, or see that one through: banger op watch " + work->id()};
    }
    return {ErrorKind::conflict, text,
            "take another name, or delete it with: banger vm delete " + machine.name()};
}

} // namespace

void Machines::require_free(std::string_view name) const {
    if (const auto there = find(name)) {
        throw name_taken(*there);
    }
}

std::shared_ptr<Machine> Machines::insert(store::VmRow row) {
    require_free(row.name);
    row.ip = free_address();
    auto machine = std::make_shared<Machine>(loop_);
    machine->state = State::creating;
    machine->row = std::move(row);
    machine->row.state = to_string(machine->state);
    store::Transaction transaction(database_);
    store::VmTable(database_).insert(machine->row);
    store::LeaseTable(database_).acquire(machine->row.ip, machine->row.id);
    transaction.commit();
    by_name_.emplace(machine->row.name, machine);
    events_.publish(
        "vm.state",
        {{"vm", machine->row.name}, {"id", machine->row.id}, {"state", machine->row.state}});
    return machine;
}

void Machines::new_cid(Machine& machine) {
    machine.row.cid = make_cid([this](std::uint32_t cid) {
        return store::VmTable(database_).find_by_cid(cid).has_value();
    });
    save(machine);
}

void Machines::save(const Machine& machine) {
    if (!machine.deleted) {
        store::VmTable(database_).update(machine.row);
    }
}

void Machines::set_state(Machine& machine, State state) {
    if (!may_become(machine.state, state)) {
        throw std::logic_error("vm " + machine.row.name + ": " +
                               std::string(to_string(machine.state)) + " cannot become " +
                               std::string(to_string(state)));
    }
    machine.state = state;
    machine.since = os::now_ms();
    machine.row.state = to_string(state);
    machine.notify();
    events_.publish(
        "vm.state",
        {{"vm", machine.row.name}, {"id", machine.row.id}, {"state", machine.row.state}});
    save(machine);
}

void Machines::erase(Machine& machine) {
    store::VmTable(database_).remove(machine.row.id);
    machine.deleted = true;
    const std::string name = machine.row.name;
    const std::string id = machine.row.id;
    machine.notify();
    by_name_.erase(name);
    events_.publish("vm.state", {{"vm", name}, {"id", id}, {"state", "deleted"}});
}

} // namespace banger::vm
