#pragma once

#include "vm/machine.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace banger::vm {

/// The stop that a VM's own policy brings.
struct DueStop {
    enum class Why { idle, lifetime };
    Why why;
    std::chrono::steady_clock::time_point at; ///< unless something happens in it before
};

[[nodiscard]] std::string_view to_string(DueStop::Why why) noexcept;
/// The policy that it comes by, in seconds.
[[nodiscard]] std::chrono::seconds limit_of(const DueStop& due, const Machine& machine);
/// "it was idle for 30m", "it ran for 8h".
[[nodiscard]] std::string reason_of(const DueStop& due, const Machine& machine);

/// The next one of a VM that runs; nothing without a policy, while its guest is not idle or not
/// heard, and while it stands still: it could not shut down.
[[nodiscard]] std::optional<DueStop> due_stop(const Machine& machine,
                                              std::chrono::steady_clock::time_point now);

} // namespace banger::vm
