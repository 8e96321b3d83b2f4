#pragma once

#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace banger::cli {

struct Span {
    std::string name;
    double seconds = 0;
    bool bad = false; ///< it failed or was cancelled
};

/// Consecutive spans as bars, each beginning where the one before ended, and their sum.
[[nodiscard]] std::string waterfall(const std::vector<Span>& spans, const Terminal& terminal);

} // namespace banger::cli
