#pragma once

#include "os/error.hpp"
#include "plugin/plugin.hpp"
#include "vm/capabilities.hpp"

namespace banger::plugin {

/// A failed call that may refuse what it was asked about: throws the error, unless the
/// configuration takes it as advice (on_error: warn), which the operation tells and the log. An
/// error without a next step gets that one.
void veto(Plugin& plugin, const os::Error& error, vm::CallContext& context);

} // namespace banger::plugin
