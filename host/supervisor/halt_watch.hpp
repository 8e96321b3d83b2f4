#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/loop.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// Notices that a guest has halted, where the VMM does not end by itself: its kernel's last words
/// are the end of the console, nothing follows for a while, and nobody answers at its vsock device.
/// A kernel that runs refuses a connection at once, so a program that only writes these words
/// halts nothing. It has no timer before the words come.
class HaltWatch {
  public:
    struct Limits {
        std::chrono::milliseconds silence{3000}; ///< of the console
        /// Firecracker itself ends a connection that the guest does not answer, after 2 s.
        std::chrono::milliseconds answer{1500};
    };
    struct Guest {
        std::function<os::UniqueFd()> dial; ///< begins a connection; nothing when it cannot
        std::function<bool()> runs;         ///< false: it is paused, and cannot answer
        std::function<void()> halted;       ///< called once; it may end the watch
    };

    HaltWatch(Loop& loop, Guest guest);
    HaltWatch(Loop& loop, Guest guest, Limits limits);

    void hear(std::string_view bytes); ///< what came on the console

  private:
    void wait_for_silence();
    void ask();
    void unanswered();
    void forget() noexcept;

    Loop& loop_;
    Guest guest_;
    Limits limits_;
    std::string end_; ///< of the console
    os::UniqueFd connection_;
    Loop::Registration answer_;
    Loop::Registration timer_;
};

} // namespace banger::supervisor
