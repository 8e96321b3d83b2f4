#include "plugin/hook_names.hpp"

#include "plugin/manifest.hpp"

namespace banger::plugin {
namespace {

class Names {
  public:
    void add(const char* name, bool has) {
        if (has) {
            names.emplace_back(name);
        }
    }

    std::vector<std::string> names;
};

// A table of an older plugin ends before the fields that came later.
#define BANGER_ADD(T, table, field) add(#field, BANGER_HAS(T, table, field))

void add_lifecycle(Names& names, const banger_vm_lifecycle* table) {
    using T = banger_vm_lifecycle;
    names.BANGER_ADD(T, table, before_create);
    names.BANGER_ADD(T, table, after_create);
    names.BANGER_ADD(T, table, before_start);
    names.BANGER_ADD(T, table, after_start);
    names.BANGER_ADD(T, table, on_ready);
    names.BANGER_ADD(T, table, before_stop);
    names.BANGER_ADD(T, table, after_stop);
    names.BANGER_ADD(T, table, before_delete);
    names.BANGER_ADD(T, table, after_delete);
    names.BANGER_ADD(T, table, reconcile);
    names.BANGER_ADD(T, table, undo);
}

void add_daemon(Names& names, const banger_daemon_hooks* table) {
    names.BANGER_ADD(banger_daemon_hooks, table, on_start);
    names.BANGER_ADD(banger_daemon_hooks, table, on_stop);
    names.BANGER_ADD(banger_daemon_hooks, table, reconcile_all);
    names.BANGER_ADD(banger_daemon_hooks, table, leave);
}

void add_options(Names& names, const banger_vm_options* table) {
    names.add("validate_options", BANGER_HAS(banger_vm_options, table, validate));
    names.BANGER_ADD(banger_vm_options, table, option_changed);
    names.BANGER_ADD(banger_vm_options, table, option_undo);
    names.add("options_available", BANGER_HAS(banger_vm_options, table, available));
}

} // namespace

std::vector<std::string> hook_names(const Manifest& manifest) {
    Names names;
    if (const banger_guest_config* table = manifest.guest_config) {
        names.BANGER_ADD(banger_guest_config, table, contribute);
        names.BANGER_ADD(banger_guest_config, table, validate);
    }
    if (manifest.lifecycle) {
        add_lifecycle(names, manifest.lifecycle);
    }
    if (manifest.daemon) {
        add_daemon(names, manifest.daemon);
    }
    if (manifest.options) {
        add_options(names, manifest.options);
    }
    if (const banger_readiness* table = manifest.readiness) {
        names.BANGER_ADD(banger_readiness, table, wait);
    }
    if (const banger_guest_services* table = manifest.guest_services) {
        names.BANGER_ADD(banger_guest_services, table, power);
        names.BANGER_ADD(banger_guest_services, table, exec);
    }
    if (const banger_footprint* table = manifest.footprint) {
        names.BANGER_ADD(banger_footprint, table, list);
        names.BANGER_ADD(banger_footprint, table, list_all);
        names.BANGER_ADD(banger_footprint, table, release);
    }
    return std::move(names.names);
}

} // namespace banger::plugin
