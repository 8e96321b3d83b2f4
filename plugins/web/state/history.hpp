#pragma once

#include "metric.hpp"
#include "ring.hpp"
#include "window.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace web {

/// One metric in one window, slot by slot, and what is to be said of all of them.
struct Course {
    Metric metric = Metric::cpu;
    Window window = Window::minutes;
    std::int64_t from = 0; ///< of the first slot, in seconds since 1970
    std::vector<Ring::Slot> slots;
    std::optional<double> now; ///< none: it is not known at present
    /// Of all slots; none: all of them are empty.
    std::optional<double> least, mean, most;
};

/// What is known of one machine over time: of each metric a ring for each window. A metric that was
/// never told takes no memory; one that was, less than 6 KiB (history_test).
class History {
  public:
    /// As Ring::add(). Nothing: it is not known at that time, and so not now.
    void add(Metric metric, std::int64_t from, std::int64_t to, std::optional<double> value);
    /// No value is one of now any more: the machine has ended, or says nothing.
    void pause();
    /// As it looks at that time; none: it was never told.
    [[nodiscard]] std::optional<Course> course(Metric metric, Window window,
                                               std::int64_t now) const;
    /// What is before that time, or before `now`, is as it will be.
    [[nodiscard]] std::int64_t settled(std::int64_t now) const;
    [[nodiscard]] bool empty() const;

  private:
    struct Track {
        std::array<Ring, windows.size()> rings;
        std::optional<double> now;
        std::int64_t until = 0; ///< it is known
    };
    std::array<std::unique_ptr<Track>, metrics.size()> tracks_;
};

} // namespace web
