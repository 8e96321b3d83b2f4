#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace web {

/// A figure over time, in slots of one length: the last `most` of them, which is all the memory
/// that it takes (12 bytes each, from its first value on). Times are seconds since 1970.
class Ring {
  public:
    struct Slot {
        static constexpr float none = std::numeric_limits<float>::quiet_NaN();
        float low = none, mean = none, high = none;
        [[nodiscard]] bool empty() const { return std::isnan(mean); }
    };

    Ring(std::int64_t step, std::size_t most) : step_(step), most_(most) {}

    /// It was `value` from `from` on, until before `to`. Each time begins where the one before has
    /// ended, or later: what is between them stays empty. With a clock that was turned back what is
    /// later than `to` is forgotten.
    void add(std::int64_t from, std::int64_t to, double value);
    /// The slot that begins at number * step; empty: nothing is known of it.
    [[nodiscard]] Slot at(std::int64_t number) const;

  private:
    [[nodiscard]] Slot& place(std::int64_t number);
    void advance(std::int64_t number);
    void go_back(std::int64_t number);

    std::int64_t step_;
    std::size_t most_;
    std::vector<Slot> slots_;
    std::int64_t newest_ = -1; ///< its number
    std::int64_t weight_ = 0;  ///< seconds of the newest slot that its mean is of
};

} // namespace web
