#pragma once

#include <cstdint>
#include <functional>

namespace banger::vm {

/// A context id for AF_VSOCK that `taken` does not know: 3 or more (vsock(7)). A random one, as
/// context ids belong to the whole machine: low numbers are what others give their VMs by hand.
[[nodiscard]] std::uint32_t make_cid(const std::function<bool(std::uint32_t)>& taken);

} // namespace banger::vm
