#pragma once

#include <cstdint>
#include <string>

namespace web {

struct TerminalSize {
    std::uint16_t rows = 24, columns = 80;
    bool operator==(const TerminalSize&) const = default;
};

/// What a page wants to look at: a shell of this VM, as this user.
struct ShellWish {
    std::string vm_id, vm_name;
    std::uint32_t uid = 0;
    std::string socket; ///< path of the daemon's
    bool runs = false;  ///< the VM, when it was asked for

    std::string session;    ///< that the page has shown already; empty: none
    std::uint64_t seen = 0; ///< bytes of that which it has shown
    bool fresh = false;     ///< none that is there already, but a new one
    TerminalSize size;
};

} // namespace web
