#pragma once

namespace banger::os {

/// Exit status of a bangerd that found another one's lock (EX_TEMPFAIL of sysexits(3)): the other
/// one is about to listen, or about to be gone, and it is worth trying again.
constexpr int already_running = 75;

} // namespace banger::os
