#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace web {

/// What is measured of a machine.
enum class Metric { cpu, memory, disk, disk_read, disk_write, received, sent };
enum class Unit { percent, bytes, bytes_per_second };

struct MetricFacts {
    Metric metric;
    const char* id; ///< in JSON and in pages' scripts
    Unit unit;
    const char* name; ///< in tables
};
constexpr std::array<MetricFacts, 7> metrics{
    {{Metric::cpu, "cpu", Unit::percent, "CPU"},
     {Metric::memory, "memory", Unit::bytes, "Memory"},
     {Metric::disk, "disk", Unit::bytes, "Disk, used"},
     {Metric::disk_read, "disk_read", Unit::bytes_per_second, "Disk, read"},
     {Metric::disk_write, "disk_write", Unit::bytes_per_second, "Disk, written"},
     {Metric::received, "received", Unit::bytes_per_second, "Network, received"},
     {Metric::sent, "sent", Unit::bytes_per_second, "Network, sent"}}};
[[nodiscard]] const MetricFacts& facts_of(Metric metric);
[[nodiscard]] std::string_view to_string(Unit unit); ///< "%", "B", "B/s"

} // namespace web
