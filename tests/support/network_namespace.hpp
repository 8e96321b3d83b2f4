#pragma once

#include "os/unique_fd.hpp"

#include <string>

namespace banger::test {

/// Puts the calling thread, and the children it starts, into an empty network namespace of its own
/// until it goes. Everything made in there ends with it.
class NetworkNamespace {
  public:
    /// When that is not possible here, reason() says why.
    NetworkNamespace();
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;
    ~NetworkNamespace();

    [[nodiscard]] bool entered() const noexcept { return reason_.empty(); }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  private:
    os::UniqueFd before_;
    std::string reason_;
};

} // namespace banger::test
