#include "cli/pace.hpp"

#include "cli/quantity.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

constexpr std::chrono::seconds least_time{1}; ///< before that a rate says little

std::string amount(double number, bool bytes) {
    return bytes ? bytes_text(number) : std::to_string(static_cast<long long>(number));
}

} // namespace

void Pace::update(const Count& count, Clock::time_point now) {
    if (count.done < last_.done || count.bytes != last_.bytes) { // it counts something else now
        from_ = count.done;
        since_ = now;
    }
    last_ = count;
}

double Pace::rate(Clock::time_point now) const {
    const auto time = now - since_;
    return time < least_time ? 0
                             : (last_.done - from_) / std::chrono::duration<double>(time).count();
}

std::string Pace::text(Clock::time_point now) const {
    std::string text = amount(last_.done, last_.bytes);
    if (last_.total > 0) {
        text += " of " + amount(last_.total, last_.bytes);
    }
    const double fast = rate(now);
    if (fast <= 0) {
        return text;
    }
    if (last_.bytes) {
        text += ", " + bytes_text(fast) + "/s";
    }
    if (last_.total > last_.done) {
        text += ", " + duration_text((last_.total - last_.done) / fast) + " left";
    }
    return text;
}

} // namespace banger::cli
