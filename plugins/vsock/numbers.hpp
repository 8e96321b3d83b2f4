#pragma once

#include <cstdint>

namespace vsock {

// The largest numbers that are believed: sums and differences of a few of them stay exact, also in
// a double.
constexpr std::uint64_t most_bytes = 1ULL << 50U;
constexpr std::uint64_t most_ms = 1ULL << 45U; ///< a thousand years
constexpr std::uint64_t most_count = 1ULL << 31U;

} // namespace vsock
