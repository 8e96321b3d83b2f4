#pragma once

#include "vmm/choose.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace banger::daemon {

/// The VMMs of this machine, probed when first asked for and again as long as none can be used.
class Vmms {
  public:
    Vmms(std::string qemu_binary, std::string accel, std::filesystem::path cache)
        : binary_(std::move(qemu_binary)), accel_(std::move(accel)), cache_(std::move(cache)) {}
    [[nodiscard]] std::shared_ptr<const vmm::Hypervisors> get(); ///< [pool thread]

  private:
    std::string binary_;
    std::string accel_;
    std::filesystem::path cache_;
    std::mutex lock_;
    std::shared_ptr<const vmm::Hypervisors> found_;
};

} // namespace banger::daemon
