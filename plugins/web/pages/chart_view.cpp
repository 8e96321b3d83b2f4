#include "chart_view.hpp"

#include "text.hpp"
#include "trace.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace web {
namespace {

using nlohmann::json;

struct Chart {
    const char *id, *title;
    std::vector<Metric> metrics;
};
const std::array<Chart, 5>& all_charts() {
    static const std::array<Chart, 5> charts{
        {{"cpu", "CPU", {Metric::cpu}},
         {"memory", "Memory", {Metric::memory}},
         {"network", "Network", {Metric::received, Metric::sent}},
         {"disk", "Disk", {Metric::disk}},
         {"disk-io", "Disk, read and written", {Metric::disk_read, Metric::disk_write}}}};
    return charts;
}

const Course* find_course(const Usage::Look& look, Metric metric) {
    const auto found = std::find_if(look.courses.begin(), look.courses.end(),
                                    [&](const Course& course) { return course.metric == metric; });
    return found == look.courses.end() ? nullptr : &*found;
}

/// What is as high as the chart. Rates have no end: then the next power of two.
double top_of(const Chart& chart, const Charted& whose, const Usage::Look& look) {
    if (chart.metrics.front() == Metric::cpu) {
        return 100;
    }
    double most = 1024;
    for (const Metric metric : chart.metrics) {
        if (const Course* course = find_course(look, metric)) {
            most = std::max(most, course->most.value_or(0));
        }
    }
    const std::uint64_t total = chart.metrics.front() == Metric::memory ? whose.memory
                                : chart.metrics.front() == Metric::disk ? whose.disk
                                                                        : 0;
    return total > 0 ? static_cast<double>(total) : std::exp2(std::ceil(std::log2(most)));
}

/// The last word of "Network, sent" is enough beside its chart.
std::string key_text(Metric metric) {
    const std::string name = facts_of(metric).name;
    const std::size_t comma = name.find(", ");
    return comma == std::string::npos ? name : name.substr(comma + 2);
}

json chart_model(const Chart& chart, const Charted& whose, const Usage::Look& look, Window window) {
    const double top = top_of(chart, whose, look);
    json lines = json::array();
    bool known = false;
    for (const Metric metric : chart.metrics) {
        const Course* course = find_course(look, metric);
        if (course == nullptr) {
            continue;
        }
        known = known || course->mean.has_value();
        const Trace drawn = trace(course->slots, top);
        lines.push_back({{"METRIC", facts_of(metric).id},
                         {"KEY", key_text(metric)},
                         {"LINE", drawn.line},
                         {"UNDER", chart.metrics.size() == 1 ? drawn.under : ""}});
    }
    return {{"CHART", chart.id},
            {"TITLE", chart.title},
            {"LABEL", std::string(chart.title) + " of " + whose.name + " in the last " +
                          facts_of(window).name},
            {"UNIT", to_string(facts_of(chart.metrics.front()).unit)},
            {"TOP", facts_of(chart.metrics.front()).unit == Unit::bytes_per_second
                        ? json(0)
                        : json(std::llround(top))},
            {"TOP_TEXT", metric_text(chart.metrics.front(), top)},
            {"BEGIN", std::string(facts_of(window).name) + " ago"},
            {"WIDTH", facts_of(window).count - 1},
            {"LINES", lines},
            {"KNOWN", known}};
}

json row_model(const Course& course) {
    const auto text = [&](const std::optional<double>& value) {
        return value ? metric_text(course.metric, *value) : "–";
    };
    return {{"METRIC", facts_of(course.metric).id},
            {"NAME", facts_of(course.metric).name},
            {"NOW", text(course.now)},
            {"LEAST", text(course.least)},
            {"MEAN", text(course.mean)},
            {"MOST", text(course.most)}};
}

std::uint64_t whole_bytes(double value) {
    return static_cast<std::uint64_t>(std::llround(std::max(value, 0.0)));
}

/// As short as its unit allows; null for what is not known.
json rounded_to(Unit unit, double value) {
    if (!std::isfinite(value)) {
        return nullptr;
    }
    return unit == Unit::percent ? json(std::round(value * 10) / 10) : json(std::llround(value));
}

json figures_json(const Course& course, std::int64_t since) {
    const Unit unit = facts_of(course.metric).unit;
    const std::int64_t step = facts_of(course.window).step;
    json low = json::array(), mean = json::array(), high = json::array();
    for (std::size_t i = 0; i < course.slots.size(); ++i) {
        if (course.from + static_cast<std::int64_t>(i + 1) * step > since) {
            low.push_back(rounded_to(unit, course.slots[i].low));
            mean.push_back(rounded_to(unit, course.slots[i].mean));
            high.push_back(rounded_to(unit, course.slots[i].high));
        }
    }
    const auto known = [&](const std::optional<double>& value) {
        return rounded_to(unit, value.value_or(std::nan("")));
    };
    return {{"unit", to_string(unit)},
            {"low", low},
            {"mean", mean},
            {"high", high},
            {"now", known(course.now)},
            {"least", known(course.least)},
            {"average", known(course.mean)},
            {"most", known(course.most)}};
}

} // namespace

std::string metric_text(Metric metric, double value) {
    switch (facts_of(metric).unit) {
    case Unit::percent:
        return percent_text(value);
    case Unit::bytes:
        return bytes_text(whole_bytes(value));
    case Unit::bytes_per_second:
        return bytes_text(whole_bytes(value)) + "/s";
    }
    return "";
}

json charts_model(const Charted& whose, const Usage::Look& look, Window window) {
    json charts = json::array(), rows = json::array();
    for (const Chart& chart : all_charts()) {
        if (std::any_of(chart.metrics.begin(), chart.metrics.end(),
                        [&](Metric metric) { return find_course(look, metric) != nullptr; })) {
            charts.push_back(chart_model(chart, whose, look, window));
        }
    }
    for (const Course& course : look.courses) {
        rows.push_back(row_model(course));
    }
    return {{"CHARTS", charts}, {"ROWS", rows}, {"ANY", !rows.empty()}};
}

json charts_json(const Usage::Look& look, Window window, std::int64_t since) {
    const WindowFacts& facts = facts_of(window);
    json figures = json::object();
    for (const Course& course : look.courses) {
        figures[facts_of(course.metric).id] = figures_json(course, since);
    }
    return {{"window", facts.id},
            {"step_s", facts.step},
            {"steps", facts.count},
            {"begin", look.from},
            {"from", std::max(look.from, since / facts.step * facts.step)},
            {"next", look.settled},
            {"figures", figures}};
}

} // namespace web
