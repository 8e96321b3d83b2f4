#pragma once

#include <optional>
#include <string_view>

namespace banger::vm {

/// Where a VM is in its life.
enum class State {
    creating, ///< its first start has not ended yet
    starting,
    running, ///< ready: SSH answered
    paused,
    stopping,
    stopped, ///< by us, or the guest powered off by itself
    crashed, ///< the VMM ended in another way than a stop
    deleting,
    cleanup_pending, ///< gone, but a host object of it could not be taken back yet
};

[[nodiscard]] std::string_view to_string(State state) noexcept;
[[nodiscard]] std::optional<State> find_state(std::string_view name) noexcept;

/// May a VM go from one state to the other?
[[nodiscard]] bool may_become(State from, State to) noexcept;

/// Is it up, whether it goes on or stands still?
[[nodiscard]] bool is_up(State state) noexcept;

/// Is there, or may there be, a VMM process?
[[nodiscard]] bool has_process(State state) noexcept;

} // namespace banger::vm
