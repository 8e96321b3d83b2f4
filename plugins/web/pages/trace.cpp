#include "trace.hpp"

#include <algorithm>
#include <cmath>

namespace web {
namespace {

constexpr int box_height = 200;

int height_of(const Ring::Slot& slot, double top) {
    const double share = top > 0 ? std::clamp(slot.mean / top, 0.0, 1.0) : 0;
    return box_height - static_cast<int>(std::lround(box_height * share));
}

/// From one point to the next: " 1 5", "1-5". Steps take fewer bytes than places do.
std::string step_by(int difference) {
    return "1" + std::string(difference < 0 ? "" : " ") + std::to_string(difference);
}

} // namespace

Trace trace(const std::vector<Ring::Slot>& slots, double top) {
    Trace drawn;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i].empty()) {
            continue;
        }
        const std::string first = std::to_string(i);
        int height = height_of(slots[i], top);
        std::string piece = "M" + first + " " + std::to_string(height);
        // A value that stands alone is a dot.
        const bool alone = i + 1 == slots.size() || slots[i + 1].empty();
        piece += alone ? "h0" : "l";
        for (bool begun = false; i + 1 < slots.size() && !slots[i + 1].empty(); ++i) {
            const int next = height_of(slots[i + 1], top);
            piece += (begun ? " " : "") + step_by(next - height);
            height = next;
            begun = true;
        }
        drawn.line += piece;
        drawn.under += piece;
        drawn.under += "V" + std::to_string(box_height) + "H" + first + "z";
    }
    return drawn;
}

} // namespace web
