#include "figure.hpp"

#include "object_of.hpp"
#include "text.hpp"
#include "trace.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

double bounded_percent(double percent) {
    return std::isfinite(percent) ? std::clamp(percent, 0.0, 100.0) : 0;
}

} // namespace

json meter(const std::string& label, const std::string& name, double percent,
           const std::string& text) {
    const double shown = bounded_percent(percent);
    return object_of({{"LABEL", label},
                      {"TEXT", text},
                      {"PERCENT", std::lround(shown)},
                      {"LEVEL", shown < 75   ? "good"
                                : shown < 92 ? "warn"
                                             : "bad"},
                      {"NAME", name}});
}

json sparkline(const std::string& label, const std::optional<Course>& course) {
    if (!course || std::count_if(course->slots.begin(), course->slots.end(),
                                 [](const Ring::Slot& slot) { return !slot.empty(); }) < 2) {
        return false;
    }
    const Trace drawn = trace(course->slots, 100);
    return {{"LABEL", label + " in the last " + facts_of(course->window).name + ": " +
                          percent_text(bounded_percent(*course->least)) + " to " +
                          percent_text(bounded_percent(*course->most))},
            {"WIDTH", course->slots.size() - 1},
            {"UNDER", drawn.under},
            {"LINE", drawn.line}};
}

} // namespace web
