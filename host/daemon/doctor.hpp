#pragma once

#include "config/config.hpp"
#include "daemon/check.hpp"
#include "daemon/known_vms.hpp"
#include "image/lookup.hpp"
#include "os/error.hpp"
#include "os/paths.hpp"
#include "plugin/catalog.hpp"
#include "plugin/no_network.hpp"
#include "privileged/client.hpp"
#include "vm/settings.hpp"
#include "vmm/choose.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace banger::daemon {

/// What the checks look at, gathered on the loop.
struct DoctorFacts {
    /// A plugin that is wanted and takes no part.
    struct BadPlugin {
        std::string id;
        std::string state; ///< "failed: port: must be ..."
        bool quarantined = false;
        std::string hint; ///< what the plugin itself gives as the next step; mostly empty
    };

    /// A plugin that config.yaml switches off.
    struct OffPlugin {
        std::string id;
        std::string why;       ///< and what keeps it in memory, if anything does
        std::string trouble;   ///< why it cannot give back what it holds; mostly empty
        bool given_up = false; ///< nobody asks it again while it is off
    };

    /// A daemon ended in the code of a plugin.
    struct PluginExit {
        std::string id;
        std::string what;
        bool counted = false; ///< the plugin did it
    };

    /// What only a plugin that is not loaded can undo.
    struct Orphan {
        std::string plugin;
        std::string held; ///< "after_start of VM 0123456789ab"
    };

    /// Of a folder of plugins.path.
    struct InFolder {
        std::string key; ///< "plugins.path[0]"
        std::string what;
    };

    std::string config_file;              ///< where a remedy is to be written
    std::filesystem::path bundle_place;   ///< where it is, or is to be
    std::string bundle_problem;           ///< empty when there is a bundle
    std::vector<std::string> missing;     ///< files that the bundle names but lacks
    std::string default_image;            ///< of vm.image or kept; empty: the bundle's
    std::string image_problem;            ///< why that cannot be used; empty when it can
    std::vector<InFolder> bad_folders;    ///< "/x: No such file or directory"
    std::vector<InFolder> hiding_plugins; ///< "/x/nat.so hides /usr/lib/banger/plugins/nat.so"
    vm::Settings settings;
    std::vector<KnownVm> vms;
    std::vector<std::string> autostart_vms;
    std::string wanted_vmm;
    std::string qemu_binary;
    bool jailer = false;          ///< Firecracker is to run in its jailer
    std::string damaged_database; ///< where the damaged one was put aside; mostly empty
    std::vector<BadPlugin> bad_plugins;
    std::vector<OffPlugin> off_plugins;
    std::vector<Orphan> orphans;
    std::vector<PluginExit> plugin_exits;
    std::string uncounted_exits; ///< why those are not kept; mostly empty
    std::optional<plugin::NoNetwork> no_network;
};

/// "set network.subnet: 10.0.0.0/24 in /home/me/.config/banger/config.yaml"
[[nodiscard]] std::string set_in(const DoctorFacts& facts, const std::string& key_and_value);

/// What config.yaml alone decides of the facts.
[[nodiscard]] DoctorFacts configured_facts(const config::Config& config, const os::UserPaths& paths,
                                           const vm::Settings& settings, image::Lookup& images,
                                           const plugin::Catalog& plugins);

/// The checks of what config.yaml names: each has its key. Also those that found nothing.
[[nodiscard]] std::vector<Check> config_checks(const DoctorFacts& facts,
                                               const vmm::Hypervisors& hypervisors);

/// What is to be known, or done, about a plugin that is off.
[[nodiscard]] Check off_plugin_check(const DoctorFacts::OffPlugin& plugin,
                                     const std::string& config_file);

/// The host's own checks, as GET /v1/doctor lists them. [pool thread]
[[nodiscard]] std::vector<Check> host_checks(const DoctorFacts& facts,
                                             const vmm::Hypervisors& hypervisors,
                                             const privileged::Client& privileged);

} // namespace banger::daemon
