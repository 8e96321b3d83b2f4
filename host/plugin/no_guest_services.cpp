#include "plugin/no_guest_services.hpp"

#include "plugin/catalog.hpp"
#include "vm/capabilities.hpp"

namespace banger::plugin {

os::Error no_guest_services(const Catalog& catalog, const vm::VmView& vm) {
    for (const PluginInfo& plugin : catalog.list()) {
        if (plugin.state == State::active || !plugin.known || !plugin.known->guest_services) {
            continue;
        }
        const bool off = plugin.state == State::disabled || plugin.state == State::leaving;
        return {os::ErrorKind::unavailable,
                "the guest of VM " + vm.name + " cannot be asked: plugin " + plugin.id + " is " +
                    (off ? "off" : std::string(to_string(plugin.state))) + ": " + plugin.reason,
                off ? "set plugins.entries." + plugin.id +
                          ".enabled: true in config.yaml (banger config path), then: banger "
                          "daemon restart"
                    : "banger plugin show " + plugin.id};
    }
    return vm::no_guest_services(vm);
}

} // namespace banger::plugin
