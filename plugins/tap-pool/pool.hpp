#pragma once

#include "config.hpp"
#include "tap_edge.hpp"

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tap_pool {

/// Who has which tap. The memory of one daemon's run; the kernel and the VMs' cookies are what
/// lasts. A tap is bound to a VM, idle, or moving (being made or deleted right now); every other
/// tap of ours on the host belongs to nobody and is the sweep's. Any thread: the lock is never held
/// over a call to the edge.
class Pool {
  public:
    using NewName = std::function<std::string()>;
    /// `tag` is written on every tap, and only taps with it are ever swept.
    Pool(const Config& config, std::string tag, NewName new_name);

    /// A tap for this VM, ready to be opened: its own if it has one, else an idle one, else new.
    [[nodiscard]] std::string acquire(const std::string& vm, TapEdge& edge);
    /// The VM's process is gone. Idle again, or deleted when there are enough. A VM without one is
    /// fine. Throws E_BUSY while a process has it open: handing it on would fail the next start.
    void give_back(const std::string& vm, TapEdge& edge);
    /// A VM that already runs (after a restart of the daemon) has this tap. `running` wins over a
    /// claim of a VM that does not run: old cookies name taps that have been handed on.
    void adopt(const std::string& vm, const std::string& tap, bool running, TapEdge& edge);

    /// Makes as many idle taps as are missing, in one step.
    void refill(TapEdge& edge);
    /// Taps of ours that nobody has become idle, or are deleted when there are enough (or they are
    /// on another bridge) and they are old enough. True when some were too young: sweep again
    /// later.
    bool sweep(TapEdge& edge);
    /// The daemon ends. Deletes the idle ones and, when no VM has a tap, every other free tap of
    /// ours whatever its age (nobody is left to sweep it later) and the bridge.
    void drain(TapEdge& edge);
    /// Deletes one that no VM has. Throws E_BUSY else.
    void release(const std::string& tap, TapEdge& edge);

    [[nodiscard]] std::optional<std::string> tap_of(const std::string& vm) const;
    [[nodiscard]] std::optional<std::string> vm_of(const std::string& tap) const;
    /// A VM has it, it is idle, or it is being made or deleted.
    [[nodiscard]] bool is_known(const std::string& tap) const;
    [[nodiscard]] std::vector<std::string> idle() const;
    [[nodiscard]] std::size_t bound_count() const;
    [[nodiscard]] const std::string& tag() const noexcept { return tag_; }

  private:
    struct Binding {
        std::string tap;
        bool running;
    };
    [[nodiscard]] std::string reserve(const std::string& vm, bool skip_idle);
    void unbind(const std::string& vm);
    void set_moving(const std::vector<std::string>& names, bool moving);
    [[nodiscard]] bool knows(const std::string& tap) const; ///< with the lock held

    const Config config_;
    const std::string tag_;
    const NewName new_name_;
    mutable std::mutex mutex_;
    std::map<std::string, Binding> bound_; ///< by VM id
    std::deque<std::string> idle_;
    std::set<std::string> moving_;
};

} // namespace tap_pool
