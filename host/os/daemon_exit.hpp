#pragma once

namespace banger::os {

// Exit statuses of a bangerd that did not start, as whoever starts it must tell them apart
// (numbers of sysexits(3)).

/// It found another one's lock: the other one is about to listen, or about to be gone, and it is
/// worth trying again.
constexpr int already_running = 75;
/// Its config.yaml has errors, which it printed.
constexpr int bad_config = 78;

} // namespace banger::os
