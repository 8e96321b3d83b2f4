#pragma once

#include "os/unique_fd.hpp"

#include <string>

namespace banger::test {

/// Puts the calling process, which has one thread, and its children into a mount namespace of their
/// own until it goes, with an empty /run and with cgroups of version 2 at /sys/fs/cgroup. Those are
/// the machine's: who has one takes turns with all others.
class MountNamespace {
  public:
    /// When that is not possible here, reason() says why.
    MountNamespace();
    MountNamespace(const MountNamespace&) = delete;
    MountNamespace& operator=(const MountNamespace&) = delete;
    ~MountNamespace();

    [[nodiscard]] bool entered() const noexcept { return reason_.empty(); }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  private:
    [[nodiscard]] std::string enter();

    os::UniqueFd before_;
    os::UniqueFd folder_; ///< the working directory
    os::UniqueFd turn_;
    std::string reason_;
};

} // namespace banger::test
