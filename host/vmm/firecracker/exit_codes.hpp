#pragma once

#include <string_view>

namespace banger::vmm::firecracker {

constexpr int exit_hangup = 156; ///< a SIGHUP ended it, which comes from outside only

/// What an exit status of Firecracker's says beyond its number, to go behind "exit status 148";
/// empty: nothing.
[[nodiscard]] std::string_view exit_meaning(int code) noexcept;

} // namespace banger::vmm::firecracker
