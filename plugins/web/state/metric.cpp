#include "metric.hpp"

namespace web {

const MetricFacts& facts_of(Metric metric) {
    return metrics.at(static_cast<std::size_t>(metric));
}

std::string_view to_string(Unit unit) {
    static constexpr std::array<std::string_view, 3> names{"%", "B", "B/s"};
    return names.at(static_cast<std::size_t>(unit));
}

const WindowFacts& facts_of(Window window) {
    return windows.at(static_cast<std::size_t>(window));
}

std::optional<Window> window_of(std::string_view id) {
    for (const WindowFacts& each : windows) {
        if (id == each.id) {
            return each.window;
        }
    }
    return std::nullopt;
}

std::int64_t begin_of(Window window, std::int64_t now) {
    const WindowFacts& facts = facts_of(window);
    return ((now - 1) / facts.step + 1 - static_cast<std::int64_t>(facts.count)) * facts.step;
}

} // namespace web
