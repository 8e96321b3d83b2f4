#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace web {

/// Where the picker was last, so that the next one begins there. Any thread.
class LastFolder {
  public:
    void keep(std::string root, std::string below) {
        const std::lock_guard lock(mutex_);
        place_ = {std::move(root), std::move(below)};
    }
    /// Root and path below it; both empty: nowhere yet.
    [[nodiscard]] std::pair<std::string, std::string> get() const {
        const std::lock_guard lock(mutex_);
        return place_;
    }

  private:
    mutable std::mutex mutex_;
    std::pair<std::string, std::string> place_; ///< under mutex_
};

} // namespace web
