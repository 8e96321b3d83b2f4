#include "vm/idleness.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;

namespace {

// What a system at rest stays below: its own timers, and the neighbours' broadcasts.
constexpr double load_at_rest = 0.3;     ///< of the last minute
constexpr double cpu_at_rest = 0.1;      ///< of one processor
constexpr double network_at_rest = 1024; ///< bytes a second, both ways
/// Processors and network are judged over as long at least: figures that come faster, as somebody
/// looks at them, are about little more than themselves.
constexpr std::uint64_t shortest_ms = 8000;

/// A guest's figure: of the wrong type it is 0.
double number(const json& object, const char* name) {
    const auto at = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && at != object.end() && at->is_number() ? at->get<double>() : 0;
}

std::uint64_t counter(const json& object, const char* name) {
    return static_cast<std::uint64_t>(std::clamp(number(object, name), 0.0, 0x1p60));
}

json member(const json& object, const char* name) {
    return object.is_object() && object.contains(name) ? object[name] : json();
}

template <class Number>
std::string formatted(const char* format, Number value) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), format, value);
    return {text.data(), static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

std::string plural(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string activity_now(const json& stats, std::uint64_t logins) {
    if (logins > 0) {
        return plural(logins, "login");
    }
    const json load = member(stats, "load");
    return load.is_array() && !load.empty() && load[0].is_number() && load[0] >= load_at_rest
               ? formatted("load %.2f", load[0].get<double>())
               : "";
}

} // namespace

void Idleness::take(const json& facts, const std::function<std::uint64_t()>& kept_logins,
                    Time now) {
    const json stats = member(facts, "stats");
    const json state = member(facts, "state");
    if (!stats.is_object() || state == "silent") {
        base_.reset();
        seen_.reset();
        since_.reset();
        activity_.clear();
        return;
    }
    Counters counters;
    counters.uptime_ms = counter(stats, "uptime_ms");
    const json cpu = member(stats, "cpu");
    counters.busy_ms = counter(cpu, "user_ms") + counter(cpu, "system_ms");
    for (const json& card : member(stats, "network")) {
        counters.bytes += counter(card, "rx_bytes") + counter(card, "tx_bytes");
    }
    if (seen_ && seen_uptime_ms_ == counters.uptime_ms) {
        return;
    }
    seen_ = now;
    seen_uptime_ms_ = counters.uptime_ms;
    const std::uint64_t logins = counter(stats, "logins");
    const std::uint64_t kept = logins > 0 ? kept_logins() : 0;
    std::string activity = activity_now(stats, logins - std::min(logins, kept));
    const bool same_boot = base_ && base_->uptime_ms < counters.uptime_ms;
    if (same_boot && counters.uptime_ms - base_->uptime_ms < shortest_ms) {
        if (activity.empty()) {
            return;
        }
    } else {
        if (activity.empty() && same_boot) {
            activity = activity_since(*base_, counters);
        }
        base_ = counters;
    }
    activity_ = std::move(activity);
    if (!activity_.empty()) {
        since_.reset();
    } else if (!since_) {
        since_ = now;
    }
}

std::string Idleness::activity_since(const Counters& last, const Counters& now) {
    const auto elapsed_ms = static_cast<double>(now.uptime_ms - last.uptime_ms);
    const auto growth = [](std::uint64_t before, std::uint64_t after) {
        return after > before ? static_cast<double>(after - before) : 0;
    };
    if (const double cpu = growth(last.busy_ms, now.busy_ms) / elapsed_ms; cpu >= cpu_at_rest) {
        return formatted("%.0f %% of a CPU", cpu * 100);
    }
    const double rate = growth(last.bytes, now.bytes) * 1000 / elapsed_ms;
    return rate >= network_at_rest ? formatted("network %.0f KiB/s", rate / 1024) : "";
}

void Idleness::forget() {
    const int sessions = sessions_; // they end by themselves
    *this = {};
    sessions_ = sessions;
}

void Idleness::end_session(Time now) noexcept {
    if (--sessions_ == 0 && since_) {
        since_ = now;
    }
}

std::optional<Idleness::Time> Idleness::since() const noexcept {
    return sessions_ > 0 ? std::nullopt : since_;
}

std::string Idleness::activity() const {
    return sessions_ > 0 && activity_.empty()
               ? plural(static_cast<std::uint64_t>(sessions_), "session")
               : activity_;
}

} // namespace banger::vm
