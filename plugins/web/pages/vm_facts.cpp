#include "vm_facts.hpp"

#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

/// A list of facts that leaves out empty ones.
class Facts {
  public:
    void add(const std::string& term, const std::string& text) {
        if (!text.empty()) {
            list_.push_back({{"TERM", term}, {"TEXT", text}});
        }
    }
    [[nodiscard]] json take() { return std::move(list_); }

  private:
    json list_ = json::array();
};

std::string joined(const json& list, std::size_t most) {
    std::string text;
    for (const json& each : list) {
        if (each.is_string()) {
            text += (text.empty() ? "" : ", ") + line_text(each.get_ref<const std::string&>(), 60);
        }
    }
    return line_text(text, most);
}

std::string load_text(const json& stats) {
    const json& load = field_list(stats, "load");
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(load.size(), 3); ++i) {
        if (load[i].is_number()) {
            const std::string number = json(std::round(load[i].get<double>() * 100) / 100).dump();
            text += (text.empty() ? "" : ", ") + number;
        }
    }
    return text;
}

/// "2 GiB root (overlay), 8 GiB on /root"
std::string disks_text(const json& vm) {
    const std::uint64_t root = field_count(vm, "disk_mib"), work = field_count(vm, "work_disk_mib");
    const std::string mode = line_in(vm, "disk_mode", 20);
    return root == 0 ? ""
                     : mib_text(root) + " root" + (mode.empty() ? "" : " (" + mode + ")") +
                           (work == 0 ? "" : ", " + mib_text(work) + " on /root");
}

std::string limits_text(const json& vm) {
    std::string text;
    const auto add = [&](const char* key, const char* unit, bool bytes) {
        if (const std::uint64_t limit = field_count(vm, key); limit > 0) {
            text += (text.empty() ? "" : ", ") +
                    (bytes ? bytes_text(limit) : std::to_string(limit)) + unit;
        }
    };
    add("disk_bytes_per_s", "/s a disk", true);
    add("disk_ops_per_s", " operations/s a disk", false);
    add("network_bytes_per_s", "/s network", true);
    return text;
}

std::string vmm_text(const json& vm) {
    const std::string wanted = line_in(vm, "vmm", 20), driver = line_in(vm, "driver", 20);
    if (driver.empty()) {
        return wanted == "auto" ? "auto: chosen at each start" : wanted;
    }
    const std::string accel = line_in(vm, "accel", 20), why = line_in(vm, "vmm_reason", 300);
    return driver + (accel.empty() ? "" : " (" + accel + ")") +
           (wanted != "auto" || why.empty() ? "" : ", " + why);
}

/// "[api, api.web]", "true", "8080:80"
std::string value_text(const json& value) {
    if (value.is_string()) {
        return line_text(value.get_ref<const std::string&>(), 200);
    }
    if (value.is_array()) {
        return joined(value, 400);
    }
    return value.is_boolean()
               ? (value.get<bool>() ? "yes" : "no")
               : line_text(value.dump(-1, ' ', false, json::error_handler_t::replace), 200);
}

std::string plugin_state(const std::string& id, const Snapshot& now) {
    for (const json& plugin : now.plugins) {
        if (field_text(plugin, "id") == id) {
            return line_in(plugin, "state", 20);
        }
    }
    return "not there";
}

std::string idle_text(const json& vm, const Snapshot& now) {
    const std::uint64_t limit = field_count(vm, "idle_stop_s");
    if (limit == 0) {
        return {};
    }
    const std::string after = "after " + seconds_text(static_cast<double>(limit));
    const std::string since = age_text(field(vm, "idle_since"), now.taken_at);
    const std::string activity = line_in(vm, "activity", 80);
    return after + (!since.empty()     ? "; idle since " + since
                    : activity.empty() ? ""
                                       : "; not idle: " + activity);
}

} // namespace

json guest_facts(const json& vm, const Snapshot& now) {
    Facts facts;
    const json& guest = field_object(vm, "guest");
    const std::string state = line_in(guest, "state", 20);
    if (state.empty()) {
        return json::array();
    }
    const json& stats = field_object(guest, "stats");
    const std::string heard = age_text(field(guest, "heard_at"), now.taken_at);
    facts.add("Says", state + (heard.empty() ? ", never heard" : ", heard " + heard));
    facts.add("Failed units", joined(field_list(guest, "failed_units"), 300));
    if (const std::uint64_t uptime = field_count(stats, "uptime_ms"); uptime > 0) {
        facts.add("Up for", seconds_text(static_cast<double>(uptime) / 1000));
    }
    facts.add("Load", load_text(stats));
    if (field(stats, "processes").is_number()) {
        facts.add("Processes", std::to_string(field_count(stats, "processes")));
    }
    if (field(stats, "logins").is_number()) {
        facts.add("SSH logins", std::to_string(field_count(stats, "logins")));
    }
    facts.add("Agent", line_in(field_object(guest, "agent"), "version", 40));
    return facts.take();
}

json machine_facts(const json& vm) {
    Facts facts;
    facts.add("Processors", std::to_string(field_count(vm, "vcpus")));
    facts.add("Memory", mib_text(field_count(vm, "memory_mib")));
    facts.add("Disks", disks_text(vm));
    facts.add("Limits", limits_text(vm));
    facts.add("Runs with", vmm_text(vm));
    facts.add("MAC", line_in(vm, "mac", 20));
    facts.add("Id", line_in(vm, "id", 40));
    if (const std::uint64_t pid = field_count(vm, "pid"); pid > 0) {
        facts.add("Process", std::to_string(pid));
    }
    facts.add("Folder", line_in(field_object(vm, "paths"), "dir", 400));
    return facts.take();
}

json life_facts(const json& vm, const Snapshot& now) {
    Facts facts;
    facts.add("Created", age_text(field(vm, "created_at"), now.taken_at));
    const auto started = time_of(field(vm, "started_at")), ready = time_of(field(vm, "ready_at"));
    std::string text = age_text(field(vm, "started_at"), now.taken_at);
    if (started && ready && *ready >= *started) {
        const std::chrono::duration<double> took = *ready - *started;
        text += ", ready after " + seconds_text(took.count());
    }
    facts.add("Started", text);
    const std::string autostart = line_in(vm, "autostart", 20);
    facts.add("Starts by itself", autostart == "on"     ? "when this machine has come up"
                                  : autostart == "last" ? "if it ran when this machine went down"
                                                        : "no");
    const std::string idle = idle_text(vm, now);
    facts.add("Stops when idle", idle.empty() ? "no" : idle);
    const std::uint64_t lifetime = field_count(vm, "max_lifetime_s");
    facts.add("Stops at the latest",
              lifetime == 0 ? "no"
                            : seconds_text(static_cast<double>(lifetime)) + " after its start");
    const json& stops = field_object(vm, "stops");
    const std::string next = until_text(field(stops, "at"), now.taken_at);
    facts.add("Next stop",
              next.empty() ? ""
                           : next + (field_text(stops, "why") == "idle" ? ", as it is idle"
                                                                        : ", its time is over"));
    return facts.take();
}

json option_facts(const json& vm, const Snapshot& now) {
    Facts facts;
    for (const auto& [plugin, values] : field_object(vm, "options").items()) {
        const json named = values.is_object() ? values : json{{"value", values}};
        std::string text;
        for (const auto& [name, value] : named.items()) {
            const std::string said = value_text(value);
            text +=
                said.empty() ? "" : (text.empty() ? "" : "; ") + line_text(name, 40) + ": " + said;
        }
        const std::string state = plugin_state(plugin, now);
        facts.add(line_text(plugin, 40) + (state == "active" ? "" : " (" + state + ")"), text);
    }
    return facts.take();
}

std::string exit_text(const json& vm, const Snapshot& now) {
    const std::string state = field_text(vm, "state");
    const json& exit = field_object(vm, "exit");
    if (exit.empty() || state == "running" || state == "paused") {
        return {};
    }
    const std::string cause = line_in(exit, "cause", 80), reason = line_in(exit, "reason", 400);
    const std::string age = age_text(field(exit, "at"), now.taken_at);
    return cause + (cause.empty() || reason.empty() ? "" : ": ") + reason +
           (age.empty() ? "" : ", " + age);
}

} // namespace web
