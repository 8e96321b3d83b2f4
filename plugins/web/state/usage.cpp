#include "usage.hpp"

#include "field.hpp"
#include "process_time.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

std::int64_t unix_time(Usage::Clock::time_point at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// Where VMs' disks are: the folder that one has its own in, else where the daemon keeps its data.
/// Empty: nobody says.
std::string disk_folder(const Snapshot& now) {
    for (const json& vm : now.vms) {
        const std::filesystem::path dir(field_text(field_object(vm, "paths"), "dir"));
        if (dir.has_parent_path()) {
            return dir.parent_path().string(); // it stays when the VM goes
        }
    }
    const json& paths = field_object(now.daemon, "paths");
    const std::string data = field_text(paths, "data");
    return data.empty() ? field_text(paths, "state") : data;
}

/// The growth from `from` to `to`, where both ends are known.
void add_growth(History& history, Metric in, Metric out, std::optional<IoCounters>& before,
                const std::optional<IoCounters>& now, std::int64_t from, std::int64_t to) {
    const bool known = before && now && now->in >= before->in && now->out >= before->out;
    const auto rate = [&](std::uint64_t IoCounters::*of) {
        return known ? std::optional(static_cast<double>((*now).*of - (*before).*of) /
                                     static_cast<double>(to - from))
                     : std::nullopt;
    };
    history.add(in, from, to, rate(&IoCounters::in));
    history.add(out, from, to, rate(&IoCounters::out));
    before = now;
}

std::optional<double> figure_if(bool known, std::uint64_t bytes) {
    return known ? std::optional(static_cast<double>(bytes)) : std::nullopt;
}

} // namespace

void Usage::take(const Snapshot& now, Clock::time_point at) {
    const std::lock_guard lock(mutex_);
    const std::int64_t to = unix_time(at);
    if (taken_at_ >= 0 && to >= taken_at_ && to - taken_at_ < pause) {
        return;
    }
    const bool goes_on = taken_at_ >= 0 && to > taken_at_ && to - taken_at_ <= longest_gap;
    if (!goes_on) {
        forget_before();
    }
    const std::int64_t from = goes_on ? taken_at_ : to - 1;
    taken_at_ = to;
    if (std::string folder = disk_folder(now); !folder.empty()) {
        folder_ = std::move(folder);
    }
    take_host(from, to, goes_on);
    std::map<std::string, Followed> vms; // those that are gone are left behind
    for (const json& vm : now.vms) {
        if (const std::string id = field_text(vm, "id"); !id.empty() && vms.count(id) == 0) {
            take_vm(vms[id] = std::move(vms_[id]), vm, from, to);
        }
    }
    vms_ = std::move(vms);
}

SnapshotPtr Usage::ask(const Daemon& daemon, banger::Call& call) {
    {
        const std::lock_guard lock(mutex_);
        if (asked_ && Clock::now() - asked_->taken_at < std::chrono::seconds(pause) &&
            Clock::now() >= asked_->taken_at) {
            return asked_;
        }
    }
    auto now = std::make_shared<Snapshot>();
    now->taken_at = Clock::now();
    now->vms = daemon.get(call, "/v1/vms").at("vms");
    if (now->vms.empty()) {
        now->daemon = daemon.get(call, "/v1/daemon");
    }
    take(*now);
    const std::lock_guard lock(mutex_);
    asked_ = now;
    return now;
}

void Usage::forget_before() {
    host_.disk.reset();
    host_.network.reset();
    host_.history.pause();
    for (auto& [id, followed] : vms_) {
        followed.told.reset();
        followed.disk.reset();
        followed.cpu_ms.reset();
        followed.history.pause();
    }
}

void Usage::take_host(std::int64_t from, std::int64_t to, bool goes_on) {
    figures_ = host_usage_.read(folder_);
    History& history = host_.history;
    history.add(Metric::cpu, from, to, goes_on ? figures_.cpu_percent : std::nullopt);
    history.add(Metric::memory, from, to,
                figure_if(figures_.memory_total > 0, figures_.memory_used));
    history.add(Metric::disk, from, to, figure_if(figures_.disk_total > 0, figures_.disk_used));
    add_growth(history, Metric::disk_read, Metric::disk_write, host_.disk, figures_.disk_io, from,
               to);
    add_growth(history, Metric::received, Metric::sent, host_.network, figures_.network_io, from,
               to);
}

void Usage::take_vm(Followed& followed, const json& vm, std::int64_t from, std::int64_t to) const {
    History& history = followed.history;
    const std::uint64_t pid = field_count(vm, "pid");
    std::optional<GuestCounters> told = guest_counters(vm);
    if (!told) {
        history.pause();
    }
    add_growth(history, Metric::disk_read, Metric::disk_write, followed.disk,
               pid == 0 ? std::nullopt : process_io(proc_, pid), from, to);
    const auto cpu_ms = told || pid == 0 ? std::nullopt : process_time(proc_, pid);
    if (cpu_ms && followed.cpu_ms && *cpu_ms >= *followed.cpu_ms) {
        const double cpus = std::max(field_number(vm, "vcpus"), 1.0);
        const auto most = static_cast<double>(1000 * (to - from)) * cpus;
        history.add(Metric::cpu, from, to,
                    std::min(100 * static_cast<double>(*cpu_ms - *followed.cpu_ms) / most, 100.0));
    }
    followed.cpu_ms = cpu_ms;
    if (told && followed.told && told->uptime_ms == followed.told->uptime_ms) {
        return; // that is known already
    }
    if (told) {
        const bool runs_on = followed.told && told->uptime_ms > followed.told->uptime_ms;
        add_told(history, *told, runs_on ? &*followed.told : nullptr,
                 runs_on ? followed.told_at : to - 1, to);
        followed.told_at = to;
    }
    followed.told = told;
}

HostFigures Usage::host() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

const History* Usage::history_of(const std::string& vm_id) const {
    if (vm_id.empty()) {
        return &host_.history;
    }
    const auto found = vms_.find(vm_id);
    return found == vms_.end() ? nullptr : &found->second.history;
}

Usage::Look Usage::look(const std::string& vm_id, Window window, Clock::time_point at) const {
    const std::int64_t now = unix_time(at);
    Look look{{}, begin_of(window, now), now};
    const std::lock_guard lock(mutex_);
    const History* history = history_of(vm_id);
    if (history == nullptr) {
        return look;
    }
    look.settled = history->settled(now);
    for (const MetricFacts& facts : metrics) {
        if (auto course = history->course(facts.metric, window, now)) {
            look.courses.push_back(std::move(*course));
        }
    }
    return look;
}

std::optional<Course> Usage::cpu(const std::string& vm_id, Clock::time_point at) const {
    const std::lock_guard lock(mutex_);
    const History* history = history_of(vm_id);
    return history == nullptr ? std::nullopt
                              : history->course(Metric::cpu, Window::minutes, unix_time(at));
}

} // namespace web
