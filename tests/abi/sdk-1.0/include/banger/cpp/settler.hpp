#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace banger {
inline namespace sdk_1_0 {

/// The one way to bring something outside of the plugin (a packet filter, say) to what is wanted of
/// it, while hooks of many VMs change that at once: changes that wait while one is being applied go
/// together in the next. What is wanted is its owner's, guarded by mutex(). Any thread.
class Settler {
  public:
    [[nodiscard]] std::mutex& mutex() const { return mutex_; }
    /// With the mutex held: the next settle() applies.
    void changed() { ++wanted_; }

    /// Without the mutex: returns when all is applied that changed before this call. `snapshot()`
    /// runs with the mutex held; `apply(snapshot)` without it, and never twice at once. What either
    /// throws leaves this call, and the next one applies again: then nobody knows what is outside,
    /// and nobody knows it before the first call.
    template <class Snapshot, class Apply>
    void settle(Snapshot snapshot, Apply apply) {
        std::unique_lock lock(mutex_);
        const std::uint64_t mine = wanted_;
        while (applied_ < mine) {
            if (applying_) {
                turned_.wait(lock);
                continue;
            }
            const std::uint64_t number = wanted_;
            const auto wanted = snapshot();
            applying_ = true;
            lock.unlock();
            const auto over = [&](std::uint64_t applied) {
                lock.lock();
                applying_ = false;
                applied_ = applied;
                turned_.notify_all();
            };
            try {
                apply(wanted);
            } catch (...) {
                over(0);
                throw;
            }
            over(number);
        }
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable turned_;
    std::uint64_t wanted_ = 1; ///< number of the last change
    std::uint64_t applied_ = 0;
    bool applying_ = false;
};

} // namespace sdk_1_0
} // namespace banger
