#pragma once

#include "os/pipe.hpp"

#include <cstddef>

namespace banger::plugin_probe {

/// What a plugin prints: shown on standard error up to a size, so that it neither is taken for the
/// report nor hides it.
class Spill {
  public:
    static constexpr std::size_t most_shown = 64U << 10U;

    Spill();
    /// In the child: what it writes on standard output and error comes here from now on.
    void take_over();
    /// In the parent: the child has the other end.
    void only_read() noexcept { pipe_.write.reset(); }
    [[nodiscard]] int fd() const noexcept { return pipe_.read.get(); }
    /// Takes what is there now.
    void forward();
    [[nodiscard]] bool too_much() const noexcept { return bytes_ > most_shown; }

  private:
    os::Pipe pipe_ = os::make_pipe();
    std::size_t bytes_ = 0;
};

} // namespace banger::plugin_probe
