#include "metric.hpp"

namespace web {

const MetricFacts& facts_of(Metric metric) {
    return metrics.at(static_cast<std::size_t>(metric));
}

std::string_view to_string(Unit unit) {
    static constexpr std::array<std::string_view, 3> names{"%", "B", "B/s"};
    return names.at(static_cast<std::size_t>(unit));
}

} // namespace web
