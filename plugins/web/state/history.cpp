#include "history.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

/// More is no figure of a machine, whatever a guest says.
constexpr double highest_figure = 1e15;

/// One slot more than a window has: the one that is being filled.
Ring ring_of(const WindowFacts& window) {
    return {window.step, window.count + 1};
}

void sum_up(Course& course) {
    double sum = 0;
    std::size_t count = 0;
    for (const Ring::Slot& slot : course.slots) {
        if (slot.empty()) {
            continue;
        }
        sum += slot.mean;
        ++count;
        course.least = std::min<double>(course.least.value_or(slot.low), slot.low);
        course.most = std::max<double>(course.most.value_or(slot.high), slot.high);
    }
    if (count > 0) {
        course.mean = sum / static_cast<double>(count);
    }
}

} // namespace

void History::add(Metric metric, std::int64_t from, std::int64_t to, std::optional<double> value) {
    auto& track = tracks_.at(static_cast<std::size_t>(metric));
    if (!value || !std::isfinite(*value)) {
        if (track) {
            track->now.reset();
        }
        return;
    }
    const double figure = std::clamp(*value, 0.0, highest_figure);
    if (!track) {
        track = std::make_unique<Track>(
            Track{{ring_of(windows[0]), ring_of(windows[1]), ring_of(windows[2])}, {}, 0});
    }
    for (Ring& ring : track->rings) {
        ring.add(from, to, figure);
    }
    track->now = figure;
    track->until = to;
}

void History::pause() {
    for (const auto& track : tracks_) {
        if (track) {
            track->now.reset();
        }
    }
}

std::optional<Course> History::course(Metric metric, Window window, std::int64_t now) const {
    const auto& track = tracks_.at(static_cast<std::size_t>(metric));
    if (!track) {
        return std::nullopt;
    }
    const WindowFacts& facts = facts_of(window);
    const Ring& ring = track->rings.at(static_cast<std::size_t>(window));
    Course course;
    course.metric = metric;
    course.window = window;
    course.from = begin_of(window, now);
    course.slots.reserve(facts.count);
    for (std::size_t i = 0; i < facts.count; ++i) {
        course.slots.push_back(ring.at(course.from / facts.step + static_cast<std::int64_t>(i)));
    }
    course.now = track->now;
    sum_up(course);
    return course;
}

std::int64_t History::settled(std::int64_t now) const {
    for (const auto& track : tracks_) {
        if (track && track->now) {
            now = std::min(now, track->until);
        }
    }
    return now;
}

bool History::empty() const {
    return std::none_of(tracks_.begin(), tracks_.end(),
                        [](const auto& track) { return track != nullptr; });
}

} // namespace web
