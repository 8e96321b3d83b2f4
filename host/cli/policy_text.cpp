#include "cli/policy_text.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "os/clock.hpp"

#include <chrono>

namespace banger::cli {
using api_client::Json;

namespace {

/// "30m"; empty for never.
std::string limit_text(const Json& vm, const char* key) {
    const std::chrono::seconds limit(static_cast<std::int64_t>(number_at(vm, key).value_or(0)));
    return limit.count() > 0 ? os::period_text(limit) : "";
}

bool runs_now(const Json& vm) {
    const std::string state = text_at(vm, "state");
    return state == "running" || state == "paused";
}

bool stops_for(const Json& vm, const char* why) {
    return text_at(value_at(vm, "stops"), "why") == why;
}

std::string autostart_text(const Json& vm) {
    const std::string when = text_at(vm, "autostart");
    if (when == "on") {
        return "on: when this machine has come up";
    }
    return when == "last" ? "last: when this machine has come up, if it ran as that went down" : "";
}

std::string idle_text(const Json& vm) {
    const std::string limit = limit_text(vm, "idle_stop_s");
    if (limit.empty()) {
        return {};
    }
    std::string text = "after " + limit;
    if (!runs_now(vm)) {
        return text;
    }
    if (const std::string age = age_since(text_at(vm, "idle_since")); !age.empty()) {
        text += "; idle for " + age;
        return text + (stops_for(vm, "idle") ? ", stops " + stop_brief(vm) : "");
    }
    const std::string activity = text_at(vm, "activity");
    return text + (activity.empty() ? "; not known yet whether it is idle"
                                    : "; not idle: " + plain_text(activity));
}

/// As an age, but rounded: what was set to 10 hours just now is "10h".
std::string left_text(double seconds) {
    const double half = seconds < 120         ? 0.5
                        : seconds < 2 * 3600  ? 30
                        : seconds < 2 * 86400 ? 1800
                                              : 43200;
    return age_text(seconds + half);
}

} // namespace

std::string stop_brief(const Json& vm) {
    const auto at = parse_time(text_at(value_at(vm, "stops"), "at"));
    if (!at) {
        return {};
    }
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    return *at > now.count() ? "in " + left_text(*at - now.count()) : "now";
}

std::string stop_sentence(const Json& vm) {
    const bool counted = !text_at(vm, "idle_since").empty() || !text_at(vm, "activity").empty();
    const std::string idle = counted ? limit_text(vm, "idle_stop_s") : "";
    const std::string end = stops_for(vm, "lifetime") ? stop_brief(vm) : "";
    if (idle.empty() && end.empty()) {
        return {};
    }
    return "it stops by itself" + (idle.empty() ? "" : " when idle for " + idle) +
           (idle.empty() || end.empty() ? "" : ", at the latest") + (end.empty() ? "" : " " + end);
}

std::vector<std::pair<std::string, std::string>> policy_lines(const Json& vm) {
    std::string lifetime = limit_text(vm, "max_lifetime_s");
    if (!lifetime.empty() && stops_for(vm, "lifetime")) {
        lifetime += "; stops " + stop_brief(vm);
    }
    return {
        {"autostart", autostart_text(vm)}, {"idle stop", idle_text(vm)}, {"lifetime", lifetime}};
}

} // namespace banger::cli
