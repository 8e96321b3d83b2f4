#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <banger/actions.h>
#include <banger/footprint.h>
#include <banger/guest_services.h>
#include <banger/options.h>
#include <banger/readiness.h>
#include <banger/vm.h>

namespace banger::plugin {

/// What kind of action an interface holds: "cli", "doctor", "rpc", "status", "web-panel".
using ActionKind = std::string;

/// What a plugin's entry says, checked and copied. The tables stay the plugin's: its library is
/// never unloaded. A null table: it does not have that interface.
struct Manifest {
    std::string id, name, version, vendor, license, url, summary;
    std::string config_schema;
    std::uint32_t abi_minor = 0; ///< it was built against
    std::uint32_t hook_timeout_ms = 0;
    bool concurrent = false;
    bool gives_network = false; ///< its contribute() gives VMs network cards
    std::vector<std::string> requires_ext, requires_plugins, after, before;
    std::vector<std::string> interfaces; ///< every id, also those this host does not know

    const banger_entry* entry = nullptr;
    const banger_guest_config* guest_config = nullptr;
    const banger_vm_lifecycle* lifecycle = nullptr;
    const banger_daemon_hooks* daemon = nullptr;
    const banger_vm_options* options = nullptr;
    const banger_readiness* readiness = nullptr;
    const banger_guest_services* guest_services = nullptr;
    const banger_footprint* footprint = nullptr;
    std::map<ActionKind, const banger_actions*> actions;
};

/// Reads and checks the entry that `file` gave. Throws invalid with file, expected and found.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& file, const banger_entry* entry);

} // namespace banger::plugin
