#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace web {

/// Why there is nothing more of a shell.
struct ShellEnd {
    enum class Why : std::uint8_t { vm_stopped, exited, failed };
    Why why = Why::failed;
    std::string text, hint; ///< what happened, and what can be done about it; either may be empty
};

/// Of what a guest's agent says at the end: {"exit": N}, {"signal": N} or {"error": TEXT}.
[[nodiscard]] ShellEnd end_of_program(std::string_view payload);
/// A program that a guest's end has ended looks so.
[[nodiscard]] bool was_hung_up(std::string_view payload);

} // namespace web
