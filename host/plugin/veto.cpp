#include "plugin/veto.hpp"

namespace banger::plugin {

void veto(Plugin& plugin, const os::Error& error, vm::CallContext& context) {
    if (error.kind() == os::ErrorKind::cancelled) {
        throw error;
    }
    if (!plugin.settings.warn_only) {
        // A value that is wrong is to be mended, not passed over.
        const bool advice = error.hint().empty() && error.kind() != os::ErrorKind::invalid;
        throw !advice ? error
                      : os::Error(error.kind(), error.what(),
                                  "plugins.entries." + plugin.id() +
                                      ".on_error: warn in config.yaml goes on without it")
                            .with_details(error.details());
    }
    const std::string text = std::string(error.what()) + " (goes on: on_error is warn)";
    if (context.warn) {
        context.warn(text);
    } else if (context.log) {
        context.log("warning", text);
    }
    plugin.log({BANGER_LOG_WARNING, plugin.id(), "", "", context.operation_id, text, {}});
}

} // namespace banger::plugin
