#include "guard.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace tap_pool {

using banger::Call;
using banger::Error;
using banger::view;
using nlohmann::json;

namespace {

/// Key: the host has, or may have, our table. Written before it is made and taken back when it is
/// gone, so a daemon that dies in between looks again.
constexpr std::string_view kept = "guard";

} // namespace

Guard::Guard(banger::Host host, bool vm_to_vm)
    : host_(host), tag_(banger::tag_of(host.state_dir())), vm_to_vm_(vm_to_vm) {}

json Guard::run(Call& call, std::string_view verb, const json& arguments) const {
    return json::parse(banger::Privileged(host_).run(call, verb, arguments.dump()));
}

void Guard::put(Call& call, const banger::Vm& vm, const std::string& tap) {
    const banger_vm_address* address = banger::NetworkInfo(host_).find(call, vm.id());
    if (address == nullptr) {
        throw Error(BANGER_E_NOT_FOUND, "VM " + std::string(vm.name()) + " has no address");
    }
    guests_.put(std::string(vm.id()),
                {tap, std::string(view(address->mac)), std::string(view(address->address))});
}

void Guard::settle(Call& call) {
    guests_.settle([&](const GuestSet::Guests& guests) {
        note({}); // unless all goes well
        apply(call, guests);
    });
}

void Guard::apply(Call& call, const GuestSet::Guests& guests) {
    const banger::Kv kv(host_);
    if (guests.empty()) {
        if (kv.find(call, kept)) {
            run(call, "guard-delete", {{"tag", tag_}});
            kv.remove(call, kept);
        }
        return;
    }
    if (!kv.find(call, kept)) {
        kv.set(call, kept, "1");
    }
    const banger_network& network = banger::NetworkInfo(host_).network(call);
    json listed = json::array();
    for (const auto& [vm, guest] : guests) {
        listed.push_back({{"tap", guest.tap}, {"mac", guest.mac}, {"address", guest.address}});
    }
    const json done = run(call, "guard-apply",
                          {{"tag", tag_},
                           {"bridge", view(network.bridge)},
                           {"subnet", view(network.subnet)},
                           {"vm_to_vm", vm_to_vm_},
                           {"guests", std::move(listed)}});
    note(done.at("taps").get<std::set<std::string>>());
}

void Guard::note(std::set<std::string> covered) {
    const std::lock_guard lock(mutex_);
    covered_ = std::move(covered);
}

bool Guard::covers(const std::string& tap) const {
    const std::lock_guard lock(mutex_);
    return covered_.count(tap) != 0;
}

void Guard::cover(Call& call, const std::vector<std::string>& taps) {
    if (!guests_.all().empty() &&
        !std::all_of(taps.begin(), taps.end(), [&](const auto& tap) { return covers(tap); })) {
        renew(call);
    }
}

void Guard::relax(Call& call) {
    try {
        settle(call);
    } catch (const Error& error) {
        call.warning("the packet filter still knows VMs that have ended: " +
                     std::string(error.what()));
    }
}

std::string Guard::table_name(Call& call) const {
    return "bangerguard_" + std::to_string(banger::NetworkInfo(host_).network(call).owner_uid) +
           "_" + tag_;
}

bool Guard::stands(Call& call) const {
    return banger::Kv(host_).find(call, kept).has_value();
}

json Guard::show(Call& call) const {
    return run(call, "guard-show", json::object());
}

void Guard::remove_table(Call& call, const std::string& tag) {
    if (tag != tag_ || guests_.all().empty()) {
        run(call, "guard-delete", {{"tag", tag}});
    }
    renew(call);
}

} // namespace tap_pool
