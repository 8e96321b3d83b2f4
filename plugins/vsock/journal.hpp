#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace vsock {

class Exchange;

constexpr std::size_t most_journal = 1024U * 1024; ///< of a guest's log that is kept

/// The end of a guest's log.
struct JournalText {
    std::string text; ///< any bytes; whole lines
    bool cut = false; ///< what was before it was too much
};

/// GET /v1/journal: at most so many of its last lines, of that unit; empty: of all. What is longer
/// than most_journal loses its begin.
[[nodiscard]] JournalText read_journal(Exchange& exchange, std::uint64_t lines,
                                       const std::string& unit);

} // namespace vsock
