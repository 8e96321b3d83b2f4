#pragma once

#include "daemon/check.hpp"
#include "plugin/footprint.hpp"
#include "store/hook_journal.hpp"

#include <vector>

namespace banger::daemon {

/// What `banger vm delete --force` gave up. It is told as long as its plugin shows something of
/// that VM, or cannot be asked, and is forgotten then; or after a month. [pool thread]
[[nodiscard]] std::vector<Check> dropped_checks(store::HookJournal& journal,
                                                const plugin::Catalog& plugins,
                                                const plugin::Footprint& footprint);

} // namespace banger::daemon
