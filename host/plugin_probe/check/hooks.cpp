#include "plugin_probe/check/hooks.hpp"

#include <utility>

namespace banger::plugin_probe {

std::vector<std::string> hooks_of(const plugin::Manifest& manifest) {
    std::vector<std::string> names;
    const auto note = [&](const auto* table, auto... slots) {
        const auto one = [&](const auto& slot) {
            if (table && table->*slot.first) {
                names.emplace_back(slot.second);
            }
        };
        (one(slots), ...);
    };
    using Life = banger_vm_lifecycle;
    using Daemon = banger_daemon_hooks;
    note(manifest.lifecycle, std::pair{&Life::before_create, "before_create"},
         std::pair{&Life::after_create, "after_create"},
         std::pair{&Life::before_start, "before_start"},
         std::pair{&Life::after_start, "after_start"}, std::pair{&Life::on_ready, "on_ready"},
         std::pair{&Life::before_stop, "before_stop"}, std::pair{&Life::after_stop, "after_stop"},
         std::pair{&Life::before_delete, "before_delete"},
         std::pair{&Life::after_delete, "after_delete"}, std::pair{&Life::reconcile, "reconcile"},
         std::pair{&Life::undo, "undo"});
    note(manifest.guest_config, std::pair{&banger_guest_config::contribute, "contribute"},
         std::pair{&banger_guest_config::validate, "validate"});
    note(manifest.entry, std::pair{&banger_entry::init, "init"});
    note(manifest.daemon, std::pair{&Daemon::on_start, "on_start"},
         std::pair{&Daemon::on_stop, "on_stop"},
         std::pair{&Daemon::reconcile_all, "reconcile_all"});
    if (manifest.daemon && BANGER_HAS(banger_daemon_hooks, manifest.daemon, leave)) {
        names.emplace_back("leave");
    }
    note(manifest.readiness, std::pair{&banger_readiness::wait, "wait"});
    note(manifest.guest_services, std::pair{&banger_guest_services::power, "power"},
         std::pair{&banger_guest_services::exec, "exec"});
    note(manifest.footprint, std::pair{&banger_footprint::list, "list"},
         std::pair{&banger_footprint::list_all, "list_all"},
         std::pair{&banger_footprint::release, "release"});
    note(manifest.options, std::pair{&banger_vm_options::validate, "validate_options"},
         std::pair{&banger_vm_options::option_changed, "option_changed"},
         std::pair{&banger_vm_options::option_undo, "option_undo"});
    if (manifest.options && BANGER_HAS(banger_vm_options, manifest.options, available)) {
        names.emplace_back("options_available");
    }
    return names;
}

std::vector<Finding> notes_on(const plugin::Manifest& manifest) {
    std::vector<Finding> notes;
    const banger_vm_lifecycle* hooks = manifest.lifecycle;
    if (!hooks || hooks->after_stop || hooks->after_delete) {
        return notes;
    }
    for (const auto& [hook, name] : {std::pair{hooks->before_create, "before_create"},
                                     std::pair{hooks->after_create, "after_create"},
                                     std::pair{hooks->before_start, "before_start"},
                                     std::pair{hooks->after_start, "after_start"}}) {
        if (hook) {
            notes.push_back({Verdict::note, "hooks",
                             std::string("it has ") + name +
                                 ", which takes, but neither after_stop nor after_delete: nothing "
                                 "is given back at the normal end",
                             "give it back there, too; a misspelt or private one is not called"});
            break;
        }
    }
    return notes;
}

} // namespace banger::plugin_probe
