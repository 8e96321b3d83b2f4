#pragma once

#include <banger/plugin.hpp>

#include <atomic>
#include <chrono>
#include <mutex>

namespace vsock {

/// Does this machine ask for names of VMs, so that a link with one leads to it? The dns plugin
/// knows, who may take its time: what it said last is what counts. Any thread.
class NamesResolve {
  public:
    explicit NamesResolve(banger::Host host) : host_(host) {}
    /// In the background, and not when that was just done.
    void ask();
    /// No, where the dns plugin is off or was not asked yet.
    [[nodiscard]] bool heard() const noexcept { return heard_; }

  private:
    [[nodiscard]] bool answer(banger::Call& call) const;

    banger::Host host_;
    std::atomic<bool> heard_{false};
    std::atomic<bool> asking_{false};
    std::mutex mutex_; ///< of what is below
    std::chrono::steady_clock::time_point next_{};
    banger::Timer timer_; ///< last: it ends before what it uses
};

} // namespace vsock
