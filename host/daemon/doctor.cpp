#include "daemon/doctor.hpp"

#include "daemon/autostart_check.hpp"
#include "daemon/network_checks.hpp"
#include "daemon/system_checks.hpp"
#include "daemon/vmm_checks.hpp"
#include "image/bundle.hpp"
#include "net/collision.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "plugin/no_network.hpp"
#include "vm/requests.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <unistd.h>

namespace banger::daemon {
namespace {

using Checks = std::vector<Check>;

Check check(const std::string& id, const std::string& severity, const std::string& title,
            const std::string& cause = {}, const std::string& fix = {},
            const std::string& key = {}) {
    return {id, severity, title, cause, fix, key};
}

void check_tools(Checks& checks) {
    struct Tool {
        const char* program;
        const char* package;
        const char* use;
    };
    static constexpr std::array tools{
        Tool{"ssh", "openssh-client", "log in to VMs"},
        Tool{"ssh-keygen", "openssh-client", "make the SSH host keys of VMs"},
        Tool{"scp", "openssh-client", "banger vm cp"},
        Tool{"mke2fs", "e2fsprogs", "make disks"},
        Tool{"resize2fs", "e2fsprogs", "size disks"},
    };
    for (const Tool& tool : tools) {
        if (!os::find_program(tool.program)) {
            checks.push_back(check(std::string("tool-") + tool.program, "error",
                                   std::string(tool.program) + " is not installed",
                                   std::string("it is needed to ") + tool.use,
                                   std::string("sudo apt-get install ") + tool.package));
        }
    }
}

void check_bundle(Checks& checks, const DoctorFacts& facts) {
    const std::string make = "make one with: " + image::bundle_maker(facts.bundle_place);
    if (!facts.bundle_problem.empty()) {
        checks.push_back(check("bundle", "error", "no runtime bundle", facts.bundle_problem, make,
                               "runtime.bundle"));
    } else if (!facts.missing.empty()) {
        std::string names;
        for (const std::string& name : facts.missing) {
            names += (names.empty() ? "" : ", ") + name;
        }
        checks.push_back(check("bundle", "error", "the runtime bundle is not complete",
                               "missing: " + names, make, "runtime.bundle"));
    } else {
        checks.push_back(check("bundle", "ok", "the runtime bundle is complete"));
    }
}

/// Of vm.image, or what is kept; that the bundle's own is whole is the bundle's check.
void check_image(Checks& checks, const DoctorFacts& facts) {
    if (!facts.image_problem.empty()) {
        checks.push_back(
            check("image", "error", "no VM can be made of the default image " + facts.default_image,
                  facts.image_problem,
                  facts.settings.image.empty()
                      ? "choose another one of banger image ls: banger image default NAME"
                      : "set vm.image in " + facts.config_file + " to one of banger image ls",
                  "vm.image"));
    }
}

/// Of the sizes that a VM has when its create names none.
void check_sizes(Checks& checks, const DoctorFacts& facts) {
    const config::Config standard = config::default_config();
    const auto add = [&](const std::string& key, const std::string& problem,
                         const std::string& value) {
        if (!problem.empty()) {
            checks.push_back(check("size", "error", key + " is too much for this host", problem,
                                   set_in(facts, key + ": " + value) + ", or what the host has",
                                   key));
        }
    };
    add("vm.memory", vm::memory_problem(static_cast<std::int64_t>(facts.settings.memory_mib)),
        std::to_string(standard.vm.memory_mib) + "M");
    add("vm.vcpus", vm::vcpus_problem(facts.settings.vcpus), std::to_string(standard.vm.vcpus));
}

void check_folders(Checks& checks, const DoctorFacts& facts) {
    for (const auto& [key, problem] : facts.bad_folders) {
        checks.push_back(
            check("plugins-path", "warning", "no plugins are found in a folder", problem,
                  "make it, or take it out of plugins.path in " + facts.config_file, key));
    }
    for (const auto& [key, what] : facts.hiding_plugins) {
        checks.push_back(
            check("plugins-path", "warning", "a plugin takes the place of another one", what,
                  "give it an id of its own, or take its folder out of plugins.path in " +
                      facts.config_file,
                  key));
    }
}

void check_privilege(Checks& checks, const privileged::Client& privileged) {
    const privileged::Readiness readiness = privileged.readiness();
    if (!readiness.ready) {
        checks.push_back(check("privilege", "error", "privileged steps cannot be done",
                               readiness.reason, readiness.command));
    } else {
        checks.push_back(check("privilege", "ok",
                               "privileged steps are ready (" +
                                   std::string(privileged::to_string(readiness.mode)) + ")"));
    }
}

/// A bridge that a banger of this user made, by the owner on it (privileged/ownership.hpp): one
/// that network.bridge named before goes with its daemon.
bool is_own_bridge(const net::Link& link) {
    return link.kind == "bridge" &&
           link.alias.starts_with("banger uid=" + std::to_string(::getuid()) + " ");
}

std::optional<net::Collision> collision_of_others(const net::Subnet& subnet,
                                                  const std::string& bridge) {
    std::vector<net::Link> links = net::links();
    std::vector<net::Route> routes = net::routes();
    for (const net::Link& link : links) {
        if (is_own_bridge(link)) {
            std::erase_if(routes, [&](const auto& route) { return route.device == link.index; });
        }
    }
    std::erase_if(links, is_own_bridge);
    return net::find_collision(subnet, bridge, links, routes);
}

void check_subnet(Checks& checks, const DoctorFacts& facts) {
    const vm::Settings& settings = facts.settings;
    const net::Subnet wanted = vm::wanted_subnet(settings);
    const auto collision = collision_of_others(wanted, settings.bridge);
    const std::string subnet = wanted.text();
    if (collision) {
        checks.push_back(
            check("subnet", "error", "subnet " + subnet + " is in use on this host",
                  "it collides with " + collision->with,
                  collision->alternative
                      ? set_in(facts, "network.subnet: " + collision->alternative->text())
                      : "set network.subnet in " + facts.config_file + " to a free network",
                  "network.subnet"));
    } else {
        checks.push_back(check("subnet", "ok", "subnet " + subnet + " is free for VMs"));
    }
}

void check_network(Checks& checks, const DoctorFacts& facts) {
    if (facts.no_network) {
        checks.push_back(check("network", facts.settings.network_required ? "error" : "warning",
                               "VMs get no network", facts.no_network->why.what(),
                               facts.no_network->why.hint(), facts.no_network->key));
    }
}

/// "plugins.path[1]" of each folder: what is wrong in the file's list is not among them.
std::vector<std::string> folder_keys(const config::Config& config) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; keys.size() < config.plugins.path.size(); ++i) {
        const std::string key = "plugins.path[" + std::to_string(i) + "]";
        if (config.from_file.contains(key) || i > 4096) {
            keys.push_back(key);
        }
    }
    return keys;
}

void add_folders(DoctorFacts& facts, const config::Config& config, const plugin::Catalog& plugins) {
    const std::vector<plugin::PluginInfo> found = plugins.list();
    const std::vector<std::string> keys = folder_keys(config);
    const std::vector<std::string>& path = config.plugins.path;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string& key = keys[i];
        if (const auto bad = plugins.bad_folders().find(path[i]);
            bad != plugins.bad_folders().end()) {
            facts.bad_folders.push_back({key, path[i] + ": " + bad->second});
        }
        for (const plugin::PluginInfo& info : found) {
            const bool here = info.path == std::filesystem::path(path[i]) / info.path.filename();
            for (const std::filesystem::path& hidden :
                 here ? info.hides : std::vector<std::filesystem::path>()) {
                facts.hiding_plugins.push_back(
                    {key, info.path.string() + " hides " + hidden.string()});
            }
        }
    }
}

} // namespace

std::string set_in(const DoctorFacts& facts, const std::string& key_and_value) {
    return "set " + key_and_value + " in " + facts.config_file;
}

DoctorFacts configured_facts(const config::Config& config, const os::UserPaths& paths,
                             const vm::Settings& settings, image::Lookup& images,
                             const plugin::Catalog& plugins) {
    DoctorFacts facts;
    facts.config_file = (config.file.empty() ? paths.config_file() : config.file).string();
    facts.bundle_place = image::bundle_place(config.runtime.bundle);
    facts.settings = settings;
    facts.wanted_vmm = config.vm.vmm;
    facts.qemu_binary = config.qemu.binary;
    facts.jailer = config.firecracker.jailer;
    std::string why;
    if (const image::Bundle* bundle = images.find_bundle(why)) {
        facts.missing = bundle->missing();
    } else {
        facts.bundle_problem = why;
    }
    const std::string name = images.default_name(config.vm.image);
    const auto image = images.find(name);
    if (!config.vm.image.empty() || (image && image->kind != store::ImageKind::bundle)) {
        facts.default_image = name;
    }
    if (!facts.default_image.empty()) {
        facts.image_problem = images.find_problem(facts.default_image);
    }
    add_folders(facts, config, plugins);
    facts.no_network = plugin::no_network(plugins);
    return facts;
}

std::vector<Check> config_checks(const DoctorFacts& facts, const vmm::Hypervisors& hypervisors) {
    Checks checks = vmm_checks(facts, hypervisors);
    check_bundle(checks, facts);
    check_image(checks, facts);
    check_sizes(checks, facts);
    check_folders(checks, facts);
    check_subnet(checks, facts);
    check_network(checks, facts);
    for (Check& found : network_checks(facts.settings, facts.vms)) {
        checks.push_back(std::move(found));
    }
    return checks;
}

Check off_plugin_check(const DoctorFacts::OffPlugin& plugin, const std::string& config_file) {
    const std::string title = "plugin " + plugin.id + " is off";
    if (plugin.trouble.empty()) {
        return check("plugin-off", "info", title, plugin.why);
    }
    const std::string on = "plugins.entries." + plugin.id + ".enabled: true in " + config_file;
    return check(
        "plugin-off", "warning", title + ", and may hold something of this machine", plugin.trouble,
        plugin.given_up ? "no daemon asks it again while it is off: " + on +
                              " switches it on, and its README says how to undo by hand what it did"
                        : "banger daemon restart asks it again; " + on + " switches it on");
}

std::vector<Check> host_checks(const DoctorFacts& facts, const vmm::Hypervisors& hypervisors,
                               const privileged::Client& privileged) {
    Checks checks;
    check_tools(checks);
    for (Check& found : config_checks(facts, hypervisors)) {
        checks.push_back(std::move(found));
    }
    check_privilege(checks, privileged);
    if (auto found = autostart_check(facts.autostart_vms, UserUnits::usual())) {
        checks.push_back(std::move(*found));
    }
    for (Check& found : system_checks(facts.settings.vms_dir.parent_path())) {
        checks.push_back(std::move(found));
    }
    if (!facts.damaged_database.empty()) {
        checks.push_back(check("database", "warning",
                               "the database was damaged; VMs were found again in their folders",
                               "the damaged file is kept as " + facts.damaged_database,
                               "look at banger vm ls, then remove that file"));
    }
    for (const DoctorFacts::BadPlugin& plugin : facts.bad_plugins) {
        const std::string key = "plugins.entries." + plugin.id;
        if (plugin.quarantined) {
            checks.push_back(check(
                "plugin-quarantined", "error", "plugin " + plugin.id + " is " + plugin.state, "",
                "banger plugin release " + plugin.id +
                    ", then banger daemon restart; or get another version of it, "
                    "or set " +
                    key + ".enabled: false in " + facts.config_file,
                key));
            continue;
        }
        std::string hint = plugin.hint.empty() ? "" : plugin.hint + "; ";
        hint += "see banger plugin show " + plugin.id + "; its settings are " + key;
        hint += ".config in " + facts.config_file + ", and enabled: false in " + key;
        hint += " switches it off";
        checks.push_back(
            check("plugin", "error", "plugin " + plugin.id + " is " + plugin.state, "", hint, key));
    }
    if (!facts.uncounted_exits.empty()) {
        checks.push_back(check("plugin-crashes", "warning", "crashes of plugins are not counted",
                               facts.uncounted_exits, "mend that, then banger daemon restart"));
    }
    for (const DoctorFacts::PluginExit& exit : facts.plugin_exits) {
        checks.push_back(exit.counted
                             ? check("plugin-exit", "warning",
                                     "plugin " + exit.id + " " + exit.what, "",
                                     "tell its author, or set plugins.entries." + exit.id +
                                         ".enabled: false in " + facts.config_file)
                             : check("plugin-exit", "info", "plugin " + exit.id + " " + exit.what,
                                     "it is not taken for the cause"));
    }
    for (const DoctorFacts::OffPlugin& plugin : facts.off_plugins) {
        checks.push_back(off_plugin_check(plugin, facts.config_file));
    }
    for (const DoctorFacts::Orphan& orphan : facts.orphans) {
        // Switched on it is already when it is the one that could not be loaded.
        const bool wanted =
            std::any_of(facts.bad_plugins.begin(), facts.bad_plugins.end(),
                        [&](const auto& plugin) { return plugin.id == orphan.plugin; });
        checks.push_back(check("orphan", "warning", "a plugin that is not loaded held something",
                               orphan.plugin + " (" + orphan.held + ")",
                               wanted
                                   ? "banger plugin show " + orphan.plugin +
                                         " says why; once it is loaded it gives that back"
                                   : "set plugins.entries." + orphan.plugin + ".enabled: true in " +
                                         facts.config_file + ": it then gives back what it held"));
    }
    return checks;
}

} // namespace banger::daemon
