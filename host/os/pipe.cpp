#include "os/pipe.hpp"

#include "os/error.hpp"

#include <array>

#include <fcntl.h>

namespace banger::os {

Pipe make_pipe(int flags) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | flags) != 0) {
        throw errno_error("make a pipe");
    }
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

} // namespace banger::os
