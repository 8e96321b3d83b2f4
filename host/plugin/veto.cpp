#include "plugin/veto.hpp"

namespace banger::plugin {

void veto(Plugin& plugin, const os::Error& error, vm::CallContext& context) {
    if (!plugin.settings.warn_only || error.kind() == os::ErrorKind::cancelled) {
        throw error;
    }
    const std::string text = std::string(error.what()) + " (goes on: on_error is warn)";
    if (context.log) {
        context.log("warning", text);
    }
    plugin.log({BANGER_LOG_WARNING, plugin.id(), "", "", context.operation_id, text, {}});
}

} // namespace banger::plugin
