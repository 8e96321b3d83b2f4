#include "usage.hpp"

#include "field.hpp"

namespace web {
namespace {

using nlohmann::json;

/// Where VMs' disks are: the folder of one, else where the daemon keeps its data.
std::string disk_folder(const Snapshot& now) {
    for (const json& vm : now.vms) {
        const std::string dir = field_text(field_object(vm, "paths"), "dir");
        if (!dir.empty()) {
            return dir;
        }
    }
    const json& paths = field_object(now.daemon, "paths");
    const std::string data = field_text(paths, "data");
    return data.empty() ? field_text(paths, "state") : data;
}

} // namespace

Usage::Seen Usage::look(const Snapshot& now, Clock::time_point at) {
    const std::lock_guard lock(mutex_);
    if (!times_.empty() && at - times_.back() < pause) {
        return seen_;
    }
    if (!times_.empty() && at - times_.back() > longest_gap) {
        seen_ = {};
        times_.clear();
    }
    times_.push_back(at);
    if (times_.size() > Trend::most) {
        times_.pop_front();
    }
    seen_.span = std::chrono::duration_cast<std::chrono::seconds>(at - times_.front());
    seen_.host = host_.read(disk_folder(now));
    if (seen_.host.cpu_percent) {
        seen_.host_cpu.add(*seen_.host.cpu_percent);
    }
    if (seen_.host.memory_total > 0) {
        seen_.host_memory.add(100.0 * static_cast<double>(seen_.host.memory_used) /
                              static_cast<double>(seen_.host.memory_total));
    }
    std::map<std::string, Trend> vms; // those that are gone are left behind
    for (const json& vm : now.vms) {
        const json& guest = field_object(vm, "guest");
        if (const double percent = field_number(guest, "cpu_percent", -1); percent >= 0) {
            const std::string id = field_text(vm, "id");
            Trend trend = seen_.vms[id];
            trend.add(std::min(percent, 100.0));
            vms[id] = std::move(trend);
        }
    }
    seen_.vms = std::move(vms);
    return seen_;
}

} // namespace web
