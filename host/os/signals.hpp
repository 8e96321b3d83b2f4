#pragma once

#include <array>
#include <csignal>
#include <cstring>
#include <string>

namespace banger::os {

/// Those that the kernel sends a process for what it did itself.
inline constexpr std::array fatal_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE,
                                          SIGABRT, SIGSYS, SIGTRAP};

/// "SIGSEGV"; "signal 40" for one without a name.
[[nodiscard]] inline std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

} // namespace banger::os
