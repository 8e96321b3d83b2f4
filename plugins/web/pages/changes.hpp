#pragma once

#include "http/params.hpp"
#include "state/changes.hpp"

namespace web {

/// What templates/vm_changes.tpl shows of what was found: all of it, or what the address of the
/// page asks for: `q`, a part of the path; `change`, one kind.
[[nodiscard]] nlohmann::json changes_view(const Changes::Seen& seen, const std::string& page,
                                          const Params& query, Changes::Clock::time_point now);

} // namespace web
