#pragma once

#include "terminal/shell_limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace web {

/// What one who asks may take of us.
struct Limits {
    std::uint32_t header_bytes = 16U << 10U;
    std::uint64_t body_bytes = 256U << 10U;
    std::chrono::milliseconds header_time{10000}; ///< from its first byte on
    std::chrono::milliseconds body_time{30000};
    std::chrono::milliseconds idle_time{30000}; ///< between two requests
    std::chrono::milliseconds write_time{30000};
    std::chrono::milliseconds handler_time{20000};
    std::size_t connections = 128;
    std::size_t strangers = 16; ///< connections of others than the owner: each gets its refusal
    std::size_t streams = 32;
    std::size_t stream_bytes = 64U << 10U; ///< told and not read yet: then it is cut
    std::size_t workers = 4;
    ShellLimits shell;
};

} // namespace web
