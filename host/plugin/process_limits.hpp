#pragma once

#include <array>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace banger::plugin {

/// The limits of this process that a plugin could lower for all of it, as they were when this was
/// made. Any thread.
class ProcessLimits {
  public:
    ProcessLimits();
    /// Puts back what is lower than it was: "RLIMIT_NOFILE was 3, and is 1024 again", one text
    /// each.
    [[nodiscard]] std::vector<std::string> put_back() const;

  private:
    std::array<rlimit, 3> first_{};
};

} // namespace banger::plugin
