#pragma once

#include "console_view.hpp"
#include "state/journals.hpp"

namespace web {

/// What templates/vm_journal.tpl shows of what was read from a guest, or that it has not answered.
[[nodiscard]] nlohmann::json journal_view(const Journals::Seen& seen, const ConsoleWish& wish,
                                          Journals::Clock::time_point now);

} // namespace web
