#pragma once

#include <cstdint>
#include <string>

namespace web {

/// Why there is nothing more of a shell.
struct ShellEnd {
    enum class Why : std::uint8_t { vm_stopped, exited, failed };
    Why why = Why::failed;
    std::string text, hint; ///< what happened, and what can be done about it; either may be empty
};

} // namespace web
