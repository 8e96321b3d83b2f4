#pragma once

#include "os/error.hpp"

namespace banger::vm {
struct VmView;
}

namespace banger::plugin {

class Catalog;

/// Why no plugin was there to be asked to do something in the guest of `vm`, with the next step.
[[nodiscard]] os::Error no_guest_services(const Catalog& catalog, const vm::VmView& vm);

} // namespace banger::plugin
