#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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

/// How far back is looked, in how many steps.
enum class Window { minutes, hour, day };

struct WindowFacts {
    Window window;
    const char* id;     ///< in addresses
    const char* name;   ///< "in the last <name>"
    std::int64_t step;  ///< seconds
    std::size_t count;  ///< of steps
    std::int64_t every; ///< seconds after which a page that is looked at asks again
};
constexpr std::array<WindowFacts, 3> windows{{{Window::minutes, "5m", "5 min", 5, 60, 5},
                                              {Window::hour, "1h", "1 h", 30, 120, 15},
                                              {Window::day, "24h", "24 h", 300, 288, 60}}};
[[nodiscard]] const WindowFacts& facts_of(Window window);
[[nodiscard]] std::optional<Window> window_of(std::string_view id);
/// Where its first step begins, as it looks at that time; both in seconds since 1970.
[[nodiscard]] std::int64_t begin_of(Window window, std::int64_t now);

} // namespace web
