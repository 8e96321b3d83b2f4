#pragma once

#include "cli/noun.hpp"

#include <functional>
#include <string>
#include <vector>

namespace banger::cli {

/// Changes all of these together, one line of result each ("a stopped (4.6 s)"); a name that is
/// given twice is meant once. Gives the exit code.
[[nodiscard]] int change_all(Session& session, const Noun& noun, const char* label,
                             const std::vector<std::string>& names, const char* done,
                             const std::function<Json(Api&, const std::string& name)>& request);

} // namespace banger::cli
