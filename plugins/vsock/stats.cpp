#include "stats.hpp"

#include "guest_json.hpp"
#include "numbers.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;

constexpr std::size_t longest_path = 128;
constexpr std::size_t longest_name = 32;
constexpr double highest_load = 100000;

std::uint64_t busy(const Stats::Cpu& cpu) {
    return cpu.user_ms + cpu.system_ms + cpu.steal_ms;
}
std::uint64_t all(const Stats::Cpu& cpu) {
    return busy(cpu) + cpu.idle_ms + cpu.iowait_ms;
}

std::uint64_t bytes_in(const json& object, const char* key) {
    return count_in(object, key, most_bytes);
}

template <class Item, class Read>
std::vector<Item> read_list(const json& list, Read read) {
    std::vector<Item> items;
    for (const json& item : list) {
        if (item.is_object() && items.size() < most_entries) {
            items.push_back(read(item));
        }
    }
    return items;
}

} // namespace

const Stats::Disk* Stats::root() const {
    const auto found = std::find_if(disks.begin(), disks.end(),
                                    [](const Disk& disk) { return disk.mount == "/"; });
    return found == disks.end() ? nullptr : &*found;
}

std::uint64_t Stats::rx_bytes() const {
    std::uint64_t sum = 0;
    for (const Card& card : network) {
        sum += card.rx_bytes;
    }
    return sum;
}

std::uint64_t Stats::tx_bytes() const {
    std::uint64_t sum = 0;
    for (const Card& card : network) {
        sum += card.tx_bytes;
    }
    return sum;
}

Stats parse_stats(std::string_view body) {
    const json object = parse_object(body);
    Stats stats;
    stats.uptime_ms = count_in(object, "uptime_ms", most_ms);
    const json& load = list_in(object, "load");
    for (std::size_t i = 0; i < std::min(load.size(), stats.load.size()); ++i) {
        stats.load[i] = number_of(load[i], highest_load);
    }
    stats.processes = count_in(object, "processes", most_count);
    stats.logins = count_in(object, "logins", most_count);
    const json& cpu = member(object, "cpu");
    stats.cpu = {count_in(cpu, "count", 4096),        count_in(cpu, "user_ms", most_ms),
                 count_in(cpu, "system_ms", most_ms), count_in(cpu, "idle_ms", most_ms),
                 count_in(cpu, "iowait_ms", most_ms), count_in(cpu, "steal_ms", most_ms)};
    const json& memory = member(object, "memory");
    stats.memory = {bytes_in(memory, "total"), bytes_in(memory, "available"),
                    bytes_in(memory, "cached"), bytes_in(memory, "swap_total"),
                    bytes_in(memory, "swap_free")};
    stats.disks = read_list<Stats::Disk>(list_in(object, "disks"), [](const json& item) {
        return Stats::Disk{text_in(item, "mount", longest_path), text_in(item, "fs", longest_name),
                           bytes_in(item, "total"), bytes_in(item, "used"),
                           bytes_in(item, "available")};
    });
    stats.network = read_list<Stats::Card>(list_in(object, "network"), [](const json& item) {
        return Stats::Card{text_in(item, "name", longest_name), bytes_in(item, "rx_bytes"),
                           bytes_in(item, "tx_bytes"), count_in(item, "rx_packets", most_bytes),
                           count_in(item, "tx_packets", most_bytes)};
    });
    return stats;
}

json to_json(const Stats& stats) {
    json disks = json::array();
    for (const Stats::Disk& disk : stats.disks) {
        disks.push_back({{"mount", disk.mount},
                         {"fs", disk.fs},
                         {"total", disk.total},
                         {"used", disk.used},
                         {"available", disk.available}});
    }
    json network = json::array();
    for (const Stats::Card& card : stats.network) {
        network.push_back({{"name", card.name},
                           {"rx_bytes", card.rx_bytes},
                           {"tx_bytes", card.tx_bytes},
                           {"rx_packets", card.rx_packets},
                           {"tx_packets", card.tx_packets}});
    }
    return {{"uptime_ms", stats.uptime_ms},
            {"load", stats.load},
            {"processes", stats.processes},
            {"logins", stats.logins},
            {"cpu",
             {{"count", stats.cpu.count},
              {"user_ms", stats.cpu.user_ms},
              {"system_ms", stats.cpu.system_ms},
              {"idle_ms", stats.cpu.idle_ms},
              {"iowait_ms", stats.cpu.iowait_ms},
              {"steal_ms", stats.cpu.steal_ms}}},
            {"memory",
             {{"total", stats.memory.total},
              {"available", stats.memory.available},
              {"cached", stats.memory.cached},
              {"swap_total", stats.memory.swap_total},
              {"swap_free", stats.memory.swap_free}}},
            {"disks", std::move(disks)},
            {"network", std::move(network)}};
}

std::optional<double> cpu_percent(const Stats& before, const Stats& after) {
    if (after.uptime_ms <= before.uptime_ms || all(after.cpu) <= all(before.cpu) ||
        busy(after.cpu) < busy(before.cpu)) {
        return std::nullopt;
    }
    const double share = static_cast<double>(busy(after.cpu) - busy(before.cpu)) /
                         static_cast<double>(all(after.cpu) - all(before.cpu));
    return std::round(std::min(share, 1.0) * 1000) / 10;
}

std::optional<std::uint64_t> per_second(std::uint64_t before, std::uint64_t after,
                                        std::uint64_t elapsed_ms) {
    if (after < before || elapsed_ms == 0) {
        return std::nullopt;
    }
    const double rate =
        static_cast<double>(after - before) * 1000 / static_cast<double>(elapsed_ms);
    return static_cast<std::uint64_t>(std::min(rate, static_cast<double>(most_bytes)));
}

} // namespace vsock
