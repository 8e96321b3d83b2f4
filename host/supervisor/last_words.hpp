#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// What a kernel that panics writes; with panic=-1 it then resets at once.
inline constexpr std::string_view panic_words = "Kernel panic - not syncing";

/// Hears on the console whether a guest of Firecracker powers off: its own programs write so where
/// `banger.poweroff=reboot` is on the kernel's command line, and then reset. Each byte is heard
/// once and none is kept but the ends of words, so that no flood hides them.
class LastWords {
  public:
    using Time = std::chrono::steady_clock::time_point;

    void hear(std::string_view bytes, Time now); ///< what came on the console

    /// Of a guest that ends now: whether it said so shortly before, and did not panic after that.
    /// Shortly is a few lines, however long it took (it may have been paused), or a few seconds,
    /// whatever else wrote in them.
    [[nodiscard]] bool power_off(Time now) const noexcept;

  private:
    std::string end_; ///< of what was heard: words may come in pieces
    std::optional<Time> said_;
    std::size_t lines_ = 0; ///< that ended since
};

} // namespace banger::supervisor
