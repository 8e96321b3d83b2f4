#pragma once

#include "os/unique_fd.hpp"

namespace banger::supervisor {

/// Accepts one connection. Nothing when there is none, or when it comes from another user than us
/// and root: then it is closed.
[[nodiscard]] os::UniqueFd accept_peer(int listener) noexcept;

} // namespace banger::supervisor
