#pragma once

#include "loop.hpp"

#include <cstdint>

namespace agent {

/// A pseudo terminal.
struct Terminal {
    Terminal(std::uint16_t rows, std::uint16_t columns);
    Fd master;
    Fd slave;
};

void resize(const Fd& master, std::uint16_t rows, std::uint16_t columns);

} // namespace agent
