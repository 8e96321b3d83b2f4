#pragma once

#include "os/unique_fd.hpp"

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
    void only_read() noexcept { write_.reset(); }
    [[nodiscard]] int fd() const noexcept { return read_.get(); }
    /// Takes what is there now.
    void forward();
    [[nodiscard]] bool too_much() const noexcept { return bytes_ > most_shown; }

  private:
    os::UniqueFd read_, write_;
    std::size_t bytes_ = 0;
};

} // namespace banger::plugin_probe
