#include "guest_counters.hpp"

#include "field.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

std::uint64_t sum_of(const json& cards, const char* name) {
    std::uint64_t sum = 0;
    for (const json& card : cards) {
        sum += field_count(card, name);
    }
    return sum;
}

double grown(std::uint64_t before, std::uint64_t now) {
    return now < before ? 0 : static_cast<double>(now - before);
}

std::optional<double> figure(std::optional<std::uint64_t> bytes) {
    return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

std::optional<double> rate(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                           double seconds) {
    return before && now ? std::optional(grown(*before, *now) / seconds) : std::nullopt;
}

} // namespace

std::optional<GuestCounters> guest_counters(const json& vm) {
    const json& guest = field_object(vm, "guest");
    const std::string state = field_text(guest, "state");
    const json& stats = field_object(guest, "stats");
    GuestCounters counters;
    counters.uptime_ms = field_count(stats, "uptime_ms");
    if (state == "silent" || state == "away" || counters.uptime_ms == 0) {
        return std::nullopt;
    }
    const json& cpu = field_object(stats, "cpu");
    counters.cpu_busy_ms =
        field_count(cpu, "user_ms") + field_count(cpu, "system_ms") + field_count(cpu, "steal_ms");
    counters.cpu_all_ms =
        counters.cpu_busy_ms + field_count(cpu, "idle_ms") + field_count(cpu, "iowait_ms");
    if (const json& cards = field_list(stats, "network"); !cards.empty()) {
        counters.received = sum_of(cards, "rx_bytes");
        counters.sent = sum_of(cards, "tx_bytes");
    }
    const json& memory = field_object(stats, "memory");
    if (const std::uint64_t total = field_count(memory, "total"); total > 0) {
        counters.memory_used = total - std::min(total, field_count(memory, "available"));
    }
    for (const json& disk : field_list(stats, "disks")) {
        if (field_text(disk, "mount") == "/" && field_count(disk, "total") > 0) {
            counters.disk_used = field_count(disk, "used");
        }
    }
    if (const double percent = field_number(guest, "cpu_percent", -1); percent >= 0) {
        counters.cpu_percent = std::min(percent, 100.0);
    }
    return counters;
}

void add_told(History& history, const GuestCounters& told, const GuestCounters* before,
              std::int64_t from, std::int64_t to) {
    history.add(Metric::memory, from, to, figure(told.memory_used));
    history.add(Metric::disk, from, to, figure(told.disk_used));
    const bool counts = before != nullptr && told.cpu_all_ms > before->cpu_all_ms;
    if (counts) {
        const double share = grown(before->cpu_busy_ms, told.cpu_busy_ms) /
                             static_cast<double>(told.cpu_all_ms - before->cpu_all_ms);
        history.add(Metric::cpu, from, to, std::min(100 * share, 100.0));
    } else {
        history.add(Metric::cpu, from, to, told.cpu_percent);
    }
    const GuestCounters nothing;
    const GuestCounters& since = before != nullptr ? *before : nothing;
    const double seconds = static_cast<double>(told.uptime_ms - since.uptime_ms) / 1000;
    history.add(Metric::received, from, to, rate(since.received, told.received, seconds));
    history.add(Metric::sent, from, to, rate(since.sent, told.sent, seconds));
}

} // namespace web
