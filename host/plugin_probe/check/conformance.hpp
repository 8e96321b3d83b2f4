#pragma once

#include "plugin_probe/check/report.hpp"

#include <string>
#include <vector>

namespace banger::plugin_probe {

struct Wishes;

/// All of it about one file, each group of checks in a child process.
[[nodiscard]] std::vector<Finding> try_out(const std::string& file, const Wishes& wishes,
                                           Findings::Listener listener = {});

} // namespace banger::plugin_probe
