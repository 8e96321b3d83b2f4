#pragma once

#include "state/ring.hpp"

#include <string>
#include <vector>

namespace web {

/// Values over time as paths of SVG, in a box that is as wide as there are slots, less one, and 200
/// high. Where nothing is known nothing is drawn.
struct Trace {
    std::string line;
    std::string under; ///< what lies between it and zero
};
/// top: what is as high as the box; what is more than that is drawn there.
[[nodiscard]] Trace trace(const std::vector<Ring::Slot>& slots, double top);

} // namespace web
