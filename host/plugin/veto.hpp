#pragma once

#include "os/error.hpp"
#include "plugin/plugin.hpp"
#include "vm/capabilities.hpp"

namespace banger::plugin {

/// A failed call that may refuse what it was asked about: throws the error, unless the
/// configuration takes it as advice (on_error: warn), which is told in both logs.
void veto(Plugin& plugin, const os::Error& error, vm::CallContext& context);

} // namespace banger::plugin
