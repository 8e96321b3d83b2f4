#pragma once

#include "os/unique_fd.hpp"

namespace banger::os {

/// Both ends of a pipe.
struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

/// O_CLOEXEC, and `flags` of pipe2(2), for both ends.
[[nodiscard]] Pipe make_pipe(int flags = 0);

} // namespace banger::os
