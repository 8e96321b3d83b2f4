#pragma once

#include <cstddef>
#include <deque>

namespace web {

/// The last values of one figure, oldest first.
class Trend {
  public:
    static constexpr std::size_t most = 60;

    void add(double value) {
        values_.push_back(value);
        if (values_.size() > most) {
            values_.pop_front();
        }
    }
    [[nodiscard]] const std::deque<double>& values() const { return values_; }

  private:
    std::deque<double> values_;
};

} // namespace web
