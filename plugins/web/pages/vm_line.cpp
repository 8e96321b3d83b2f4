#include "vm_line.hpp"

#include "figure.hpp"
#include "http/percent.hpp"
#include "object_of.hpp"
#include "operation_line.hpp"
#include "state/daemon.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

/// A button of a VM: what it does, and whether it needs steps that a cold sudo blocks.
struct RowAction {
    const char *verb, *label;
    const char* states; ///< in which it makes sense, each between spaces
    bool privileged;
    bool in_lists;
};
constexpr RowAction row_actions[] = {
    {"start", "Start", " stopped crashed ", true, true},
    {"stop", "Stop", " running paused ", false, true},
    {"restart", "Restart", " running ", true, true},
    {"kill", "Kill", " running paused starting stopping ", false, false},
    {"trim", "Trim disks", " running ", false, false},
};

json actions_of(const std::string& name, const std::string& state, bool in_list) {
    json list = json::array();
    for (const RowAction& action : row_actions) {
        const bool is_now =
            std::string_view(action.states).find(" " + state + " ") != std::string_view::npos;
        if (is_now && (action.in_lists || !in_list)) {
            list.push_back(object_of({{"VERB", action.label},
                                      {"ACTION", vm_path(name) + "/" + action.verb},
                                      {"PRIVILEGED", action.privileged}}));
        }
    }
    return list;
}

/// The operation that works on it, or false.
json busy_with(const json& vm, const Snapshot& now) {
    const std::string id = field_text(vm, "operation");
    for (const json& operation : now.operations) {
        if (!id.empty() && field_text(operation, "id") == id) {
            return operation_line(operation, now);
        }
    }
    return false;
}

std::string share_text(std::uint64_t used, std::uint64_t total) {
    return bytes_text(used) + " of " + bytes_text(total);
}

json share(const std::string& label, const std::string& name, std::uint64_t used,
           std::uint64_t total) {
    if (total == 0) {
        return false;
    }
    return meter(label, label + " of " + name,
                 100.0 * static_cast<double>(used) / static_cast<double>(total),
                 share_text(used, total));
}

const json& root_disk(const json& stats) {
    for (const json& disk : field_list(stats, "disks")) {
        if (field_text(disk, "mount") == "/") {
            return disk;
        }
    }
    static const json none;
    return none;
}

} // namespace

std::string vm_path(const std::string& name) {
    return "/vms/" + percent_encode(name);
}

json vm_usage(const json& vm) {
    const std::string name = field_text(vm, "name");
    const json& guest = field_object(vm, "guest");
    const json& stats = field_object(guest, "stats");
    const json& memory = field_object(stats, "memory");
    const double percent = field_number(guest, "cpu_percent", -1);
    const std::uint64_t total = field_count(memory, "total");
    const json& disk = root_disk(stats);
    json usage = object_of(
        {{"CPU", percent < 0 ? json(false)
                             : meter("CPU", "CPU of " + name, percent,
                                     percent_text(std::min(percent, 100.0)))},
         {"MEMORY_USE",
          share("Memory", name, total - std::min(total, field_count(memory, "available")), total)},
         {"DISK_USE", share("Disk", name, field_count(disk, "used"), field_count(disk, "total"))}});
    usage["HAS_USAGE"] = usage["CPU"].is_object() || usage["MEMORY_USE"].is_object();
    return usage;
}

json vm_line(const json& vm, const Snapshot& now) {
    const std::string name = field_text(vm, "name");
    const std::string state = field_text(vm, "state");
    const std::string image = line_in(vm, "image");
    json busy = busy_with(vm, now);
    const bool is_busy = busy.is_object();
    json line =
        object_of({{"NAME", name},
                   {"PATH", vm_path(name)},
                   {"IMAGE", image},
                   {"IMAGE_PATH", "/images/" + percent_encode(field_text(vm, "image"))},
                   {"HAS_IMAGE", !image.empty()},
                   {"SIZE", count_text(field_count(vm, "vcpus"), "CPU") + ", " +
                                mib_text(field_count(vm, "memory_mib"))},
                   {"IP", line_in(vm, "ip", 45)},
                   {"FQDN", line_in(vm, "fqdn")},
                   {"SINCE", age_text(field(vm, "since"), now.taken_at)},
                   {"STOPS", until_text(field(field_object(vm, "stops"), "at"), now.taken_at)},
                   {"OPERATION", std::move(busy)},
                   {"IS_BUSY", is_busy},
                   {"IS_STILL", !is_busy},
                   {"ACTIONS", is_busy ? json::array() : actions_of(name, state, true)},
                   {"ALL_ACTIONS", is_busy && state != "stopping" ? json::array()
                                                                  : actions_of(name, state, false)},
                   {"CAN_DELETE", state != "deleting" && !is_busy},
                   {"SELECTABLE", true},
                   {"WARNINGS", !field_list(vm, "warnings").empty()}});
    line["HAS_IP"] = line.at("IP") != "";
    line["HAS_STOPS"] = line.at("STOPS") != "";
    line.update(vm_state(vm));
    line.update(vm_usage(vm));
    return line;
}

json coming_vms(const Snapshot& now) {
    json list = json::array();
    for (const json& operation : now.operations) {
        const std::string name = field_text(operation, "target");
        if (field_text(operation, "kind") != "create" || !is_under_way(operation) ||
            find_vm(now, name).is_object()) {
            continue;
        }
        const json vm{{"name", name}, {"state", "creating"}};
        json line = vm_line(vm, now);
        line["OPERATION"] = operation_line(operation, now);
        line["IS_BUSY"] = true;
        line["IS_STILL"] = false;
        line["ACTIONS"] = line["ALL_ACTIONS"] = json::array();
        line["CAN_DELETE"] = line["SELECTABLE"] = false;
        line["SIZE"] = "";
        if (name.empty()) { // it gets one in a moment
            line["NAME"] = "a new VM";
            line["PATH"] = line.at("OPERATION").at("PATH");
        }
        list.push_back(std::move(line));
    }
    return list;
}

const json& find_vm(const Snapshot& now, const std::string& name) {
    static const json none;
    const auto found = std::find_if(now.vms.begin(), now.vms.end(),
                                    [&](const json& vm) { return field_text(vm, "name") == name; });
    return found == now.vms.end() ? none : *found;
}

const json& require_vm(const Snapshot& now, const std::string& name) {
    const json& vm = find_vm(now, name);
    if (!vm.is_object()) {
        throw Problem(404, "not_found", "there is no VM of that name", "the list of VMs has all");
    }
    return vm;
}

} // namespace web
