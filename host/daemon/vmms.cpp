#include "daemon/vmms.hpp"

#include "vmm/qemu/driver.hpp"

#include <algorithm>

namespace banger::daemon {

std::shared_ptr<const vmm::Hypervisors> Vmms::get() {
    const std::lock_guard guard(lock_);
    const auto usable = [](const auto& hypervisor) { return hypervisor->probe().usable; };
    if (!found_ || std::none_of(found_->begin(), found_->end(), usable)) {
        auto hypervisors = std::make_shared<vmm::Hypervisors>();
        hypervisors->push_back(std::make_unique<vmm::qemu::Driver>(
            vmm::qemu::probe({.binary = binary_, .accel = accel_, .cache_file = cache_})));
        found_ = std::move(hypervisors);
    }
    return found_;
}

} // namespace banger::daemon
