#pragma once

#include "os/unique_fd.hpp"

namespace banger::privileged {

/// One changing verb at a time on this machine: each looks before it acts. Below /run only root can
/// hold the lock, so no user can block another.
class StepLock {
  public:
    StepLock() noexcept = default; ///< holds nothing
    /// Throws timeout when another one does not end within 10 s.
    [[nodiscard]] static StepLock take();
    StepLock(StepLock&&) noexcept = default;
    StepLock& operator=(StepLock&&) noexcept = delete;
    ~StepLock() { release(); }

    void release() noexcept; ///< also for children that share it by fork

  private:
    explicit StepLock(os::UniqueFd file) noexcept : file_(std::move(file)) {}
    os::UniqueFd file_;
};

} // namespace banger::privileged
