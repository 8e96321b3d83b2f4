#include "guard_report.hpp"

#include "guard.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace tap_pool {

using banger::Call;
using nlohmann::json;

namespace {

/// Our own table in an answer of guard-show; null when there is none.
json own_table(Call& call, const Guard& guard, const json& found) {
    const std::string name = guard.table_name(call);
    for (const json& table : found.at("tables")) {
        if (table.at("name") == name) {
            return table;
        }
    }
    return nullptr;
}

bool has(const json& table, const Guest& guest) {
    const json wanted{{"tap", guest.tap}, {"mac", guest.mac}, {"address", guest.address}};
    return !table.is_null() && std::any_of(table.at("guests").begin(), table.at("guests").end(),
                                           [&](const json& entry) { return entry == wanted; });
}

void emit_entries(Call& call, const json& table, const GuestSet::Guests& guests,
                  const std::string& only_tap) {
    for (const json& entry : table.at("guests")) {
        if (!only_tap.empty() && entry.at("tap") != only_tap) {
            continue;
        }
        const auto vm = std::find_if(guests.begin(), guests.end(), [&](const auto& guest) {
            return entry.at("tap") == guest.second.tap;
        });
        const bool known = vm != guests.end();
        call.emit_json(json{
            {"kind", "nft-element"},
            {"name", entry.at("address")},
            {"vm", known ? json(vm->first) : json()},
            {"state", known ? "in-use" : "stray"},
            {"detail", "the one address that may come in at " + entry.at("tap").get<std::string>()}}
                           .dump());
    }
}

} // namespace

void list_guard(Call& call, const Guard& guard, const std::vector<Tap>& taps) {
    const GuestSet::Guests guests = guard.guests();
    const std::string own = guard.table_name(call);
    const json found = guard.show(call);
    for (const json& table : found.at("tables")) {
        if (table.at("mine") != true) {
            continue;
        }
        const bool ours = table.at("name") == own;
        const bool used =
            ours ? !guests.empty() : std::any_of(taps.begin(), taps.end(), [&](const Tap& tap) {
                return tap.in_use && table.at("tag") == tap.tag;
            });
        call.emit_json(json{{"kind", "nft-table"},
                            {"name", table.at("name")},
                            {"tag", table.at("tag")},
                            {"vm", nullptr},
                            {"state", used ? "in-use" : "stray"},
                            {"detail", ours   ? "holds VMs to their own addresses"
                                       : used ? "made by another banger of this user"
                                              : "of another banger of this user; no VM of it runs"}}
                           .dump());
        if (ours) {
            emit_entries(call, table, guests, {});
        }
    }
}

void list_guard_of(Call& call, const Guard& guard, const std::string& tap) {
    if (!guard.stands(call)) {
        return;
    }
    const json table = own_table(call, guard, guard.show(call));
    if (!table.is_null()) {
        emit_entries(call, table, guard.guests(), tap);
    }
}

json check_guard(Call& call, const Guard& guard) {
    const json found = guard.show(call);
    if (const std::string lacks = found.at("lacks"); !lacks.empty()) {
        return {
            {"severity", "error"},
            {"title", "VMs cannot be started: nothing would hold them to their own addresses"},
            {"cause", "this kernel does not filter packets on bridges: " + lacks},
            {"fix", "boot a kernel with CONFIG_NF_TABLES_BRIDGE, as those of distributions are"}};
    }
    const json table = own_table(call, guard, found);
    for (const auto& [vm, guest] : guard.guests()) {
        if (!has(table, guest)) {
            return {{"severity", "error"},
                    {"title", "a running VM is not held to its own addresses"},
                    {"cause", "nft table bridge " + guard.table_name(call) +
                                  (table.is_null() ? " was deleted" : " lacks " + guest.address)},
                    {"fix", "banger doctor --fix"},
                    {"repair", {"(the table is made anew)"}}};
        }
    }
    return {{"severity", "ok"},
            {"title", guard.vm_to_vm()
                          ? "VMs use their own addresses only"
                          : "VMs use their own addresses only, and do not reach each other"}};
}

} // namespace tap_pool
