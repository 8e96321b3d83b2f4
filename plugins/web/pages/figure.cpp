#include "figure.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

double bounded_percent(double percent) {
    return std::isfinite(percent) ? std::clamp(percent, 0.0, 100.0) : 0;
}

/// With one digit behind the point.
std::string coordinate(double value) {
    std::array<char, 32> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.1f", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

json meter(const std::string& label, const std::string& name, double percent,
           const std::string& text) {
    const double shown = bounded_percent(percent);
    return {{"LABEL", label},
            {"TEXT", text},
            {"PERCENT", std::lround(shown)},
            {"LEVEL", shown < 75   ? "good"
                      : shown < 92 ? "warn"
                                   : "bad"},
            {"NAME", name}};
}

json sparkline(const std::string& label, const Trend& trend) {
    constexpr double width = 120, height = 32, edge = 1; // half a line's width
    const auto& values = trend.values();
    if (values.size() < 2) {
        return false;
    }
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    std::string line;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = width * static_cast<double>(i) / static_cast<double>(values.size() - 1);
        const double y = height - edge - (height - 2 * edge) * bounded_percent(values[i]) / 100;
        line += (i == 0 ? "M" : "L") + coordinate(x) + " " + coordinate(y);
    }
    return {{"LABEL", label + ": " + percent_text(bounded_percent(*least)) + " to " +
                          percent_text(bounded_percent(*greatest))},
            {"UNDER", line + "L" + coordinate(width) + " 32L0 32Z"},
            {"LINE", line}};
}

} // namespace web
