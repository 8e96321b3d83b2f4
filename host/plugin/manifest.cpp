#include "plugin/manifest.hpp"

#include "os/error.hpp"
#include "os/utf8.hpp"
#include "plugin/binary.hpp"
#include "plugin/limits.hpp"
#include "plugin/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;

namespace {

// What the first release had of each growable struct: a plugin has at least this much.
template <class T, class Last>
constexpr std::uint32_t size_up_to(std::size_t offset, Last T::*) {
    return static_cast<std::uint32_t>(offset + sizeof(Last));
}
#define BANGER_FIRST_SIZE(T, last) size_up_to(offsetof(T, last), &T::last)
constexpr std::uint32_t entry_size = BANGER_FIRST_SIZE(banger_entry, destroy);
constexpr std::uint32_t descriptor_size = BANGER_FIRST_SIZE(banger_descriptor, before);
constexpr std::uint32_t guest_config_size = BANGER_FIRST_SIZE(banger_guest_config, validate);
constexpr std::uint32_t lifecycle_size = BANGER_FIRST_SIZE(banger_vm_lifecycle, undo);
constexpr std::uint32_t daemon_size = BANGER_FIRST_SIZE(banger_daemon_hooks, reconcile_all);
constexpr std::uint32_t options_size = BANGER_FIRST_SIZE(banger_vm_options, option_undo);
constexpr std::uint32_t option_size = BANGER_FIRST_SIZE(banger_option, schema);
constexpr std::uint32_t readiness_size = BANGER_FIRST_SIZE(banger_readiness, wait);
constexpr std::uint32_t guest_services_size = BANGER_FIRST_SIZE(banger_guest_services, exec);
constexpr std::uint32_t footprint_size = BANGER_FIRST_SIZE(banger_footprint, release);
constexpr std::uint32_t actions_size = BANGER_FIRST_SIZE(banger_actions, items);
constexpr std::uint32_t action_size = BANGER_FIRST_SIZE(banger_action, place);
#undef BANGER_FIRST_SIZE

constexpr std::uint32_t longest_timeout_ms = 3'600'000;

constexpr std::array<std::pair<const char*, const char*>, 5> action_kinds{{
    {BANGER_IFACE_CLI, "cli"},
    {BANGER_IFACE_DOCTOR, "doctor"},
    {BANGER_IFACE_RPC, "rpc"},
    {BANGER_IFACE_STATUS, "status"},
    {BANGER_IFACE_WEB_PANEL, "web-panel"},
}};

/// The checks of one entry; each failure names the file.
class Reader {
  public:
    Reader(std::string file, const banger_entry* entry) : file_(std::move(file)), entry_(entry) {}

    Manifest read() {
        check_entry();
        read_descriptor();
        for (std::uint32_t i = 0; i < entry_->iface_count; ++i) {
            interface(entry_->ifaces[i]);
        }
        check_hooks();
        return std::move(manifest_);
    }

  private:
    [[noreturn]] void refuse(const std::string& why, std::string hint = {}) const {
        throw Error(ErrorKind::invalid, file_ + ": " + why, std::move(hint));
    }
    void check_size(const std::string& what, std::uint32_t found, std::uint32_t expected) const {
        if (found < expected) {
            refuse(what + " has " + std::to_string(found) + " bytes, expected at least " +
                   std::to_string(expected));
        }
    }
    static std::string hex(std::uint32_t value) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "0x%08x", value);
        return text.data();
    }
    void check_flags(const std::string& what, std::uint32_t flags, std::uint32_t known) const {
        if ((flags & ~known) != 0) {
            refuse(what + " has flags " + hex(flags) + ", this host knows " + hex(known));
        }
    }
    /// A text of the plugin, which must end in NUL within the limit.
    std::string text(const std::string& what, const char* value,
                     std::uint64_t most = limits::word) const {
        if (!value) {
            return {};
        }
        const std::size_t size = ::strnlen(value, most + 1);
        if (size > most) {
            refuse(what + " is longer than " + std::to_string(most) + " bytes");
        }
        std::string result(value, size);
        if (!os::is_utf8(result)) {
            refuse(what + " is not UTF-8");
        }
        return result;
    }
    std::vector<std::string> list(const std::string& what, const char* const* items) const {
        std::vector<std::string> result;
        for (; items && *items; ++items) {
            if (result.size() >= limits::items) {
                refuse(what + " has more than " + std::to_string(limits::items) + " items");
            }
            result.push_back(text("an item of " + what, *items));
        }
        return result;
    }

    void check_entry() const {
        if (!entry_) {
            refuse(std::string(entry_symbol) + " returned NULL");
        }
        if (entry_->magic != BANGER_MAGIC) {
            refuse("magic is " + hex(entry_->magic) + ", expected " + hex(BANGER_MAGIC));
        }
        if (entry_->abi_major != BANGER_ABI_MAJOR) {
            refuse("built for ABI major " + std::to_string(entry_->abi_major) + ", this host has " +
                   std::to_string(BANGER_ABI_MAJOR));
        }
        check_size("its entry", entry_->struct_size, entry_size);
        if (entry_->min_minor > BANGER_ABI_MINOR) {
            refuse("needs ABI 1." + std::to_string(entry_->min_minor) +
                       " or later, this host has 1." + std::to_string(BANGER_ABI_MINOR),
                   "upgrade banger, or take an older version of the plugin");
        }
        if (!entry_->create || !entry_->destroy) {
            refuse(std::string("its entry has no ") + (entry_->create ? "destroy" : "create"));
        }
        if (!entry_->desc) {
            refuse("its entry has no descriptor");
        }
        check_size("its descriptor", entry_->desc->struct_size, descriptor_size);
        if (entry_->iface_count > limits::interfaces) {
            refuse("its entry has " + std::to_string(entry_->iface_count) +
                   " interfaces, at most " + std::to_string(limits::interfaces));
        }
        if (entry_->iface_count > 0 && !entry_->ifaces) {
            refuse("its entry has " + std::to_string(entry_->iface_count) +
                   " interfaces, but no list of them");
        }
    }

    void read_descriptor() {
        const banger_descriptor& d = *entry_->desc;
        check_flags("its descriptor", d.flags, BANGER_PLUGIN_CONCURRENT | BANGER_PLUGIN_NETWORK);
        const std::string id = text("its id", d.id);
        if (!is_id(id)) {
            refuse("its id '" + id + "' is none: " + id_rule);
        }
        const std::string stem = std::filesystem::path(file_).stem();
        if (stem != id) {
            refuse("its id is '" + id + "', expected '" + stem + "' as the file is named",
                   "rename the file to " + id + ".so");
        }
        const std::string name = text("its name", d.name);
        const std::string version = text("its version", d.version);
        if (name.empty() || version.empty()) {
            refuse(std::string("its descriptor has no ") + (name.empty() ? "name" : "version"));
        }
        if (d.hook_timeout_ms > longest_timeout_ms) {
            refuse("its hook_timeout_ms is " + std::to_string(d.hook_timeout_ms) + ", at most " +
                   std::to_string(longest_timeout_ms));
        }
        check_schema("its config_schema", d.config_schema);
        manifest_ = Manifest{.id = id,
                             .name = name,
                             .version = version,
                             .vendor = text("its vendor", d.vendor, limits::line),
                             .license = text("its license", d.license, limits::line),
                             .url = text("its url", d.url, limits::line),
                             .summary = text("its summary", d.summary, limits::line),
                             .config_schema = d.config_schema ? d.config_schema : "",
                             .abi_minor = entry_->built_minor,
                             .hook_timeout_ms = d.hook_timeout_ms,
                             .concurrent = (d.flags & BANGER_PLUGIN_CONCURRENT) != 0,
                             .gives_network = (d.flags & BANGER_PLUGIN_NETWORK) != 0,
                             .requires_ext = list("requires_ext", d.requires_ext),
                             .requires_plugins = list("requires_plugins", d.requires_plugins),
                             .after = list("after", d.after),
                             .before = list("before", d.before),
                             .entry = entry_};
    }

    void check_schema(const std::string& what, const char* schema) const {
        const std::string given = text(what, schema, limits::schema);
        try {
            const Schema parsed(given);
        } catch (const Error& error) {
            refuse(what + " is unusable: " + error.what());
        }
    }

    template <class T>
    const T* table(const banger_iface& iface, std::uint32_t size, std::uint32_t flags = 0) const {
        const auto* found = static_cast<const T*>(iface.table);
        check_size(std::string(iface.id) + "'s table", found->struct_size, size);
        if constexpr (requires { found->flags; }) {
            check_flags(std::string(iface.id) + "'s table", found->flags, flags);
        }
        return found;
    }

    void interface(const banger_iface& iface) {
        const std::string id = text("the id of an interface", iface.id);
        if (id.empty() || !iface.table) {
            refuse("an interface without " + std::string(id.empty() ? "an id" : "a table: " + id));
        }
        if (!seen_.insert(id).second) {
            refuse("interface " + id + " twice");
        }
        manifest_.interfaces.push_back(id);
        if (id == BANGER_IFACE_GUEST_CONFIG) {
            manifest_.guest_config = table<banger_guest_config>(iface, guest_config_size);
        } else if (id == BANGER_IFACE_VM_LIFECYCLE) {
            manifest_.lifecycle = table<banger_vm_lifecycle>(iface, lifecycle_size);
        } else if (id == BANGER_IFACE_DAEMON) {
            manifest_.daemon = table<banger_daemon_hooks>(iface, daemon_size);
        } else if (id == BANGER_IFACE_VM_OPTIONS) {
            manifest_.options = table<banger_vm_options>(iface, options_size);
            check_options(*manifest_.options);
        } else if (id == BANGER_IFACE_READINESS) {
            manifest_.readiness =
                table<banger_readiness>(iface, readiness_size, BANGER_READINESS_SSH);
            check_readiness(*manifest_.readiness);
        } else if (id == BANGER_IFACE_GUEST_SERVICES) {
            manifest_.guest_services = table<banger_guest_services>(iface, guest_services_size);
        } else if (id == BANGER_IFACE_FOOTPRINT) {
            manifest_.footprint = table<banger_footprint>(iface, footprint_size);
        }
        for (const auto& [kind_id, kind] : action_kinds) {
            if (id == kind_id) {
                const auto* actions = table<banger_actions>(iface, actions_size);
                check_actions(id, *actions);
                manifest_.actions[kind] = actions;
            }
        }
    }

    void check_readiness(const banger_readiness& readiness) const {
        const std::string stage = text("its readiness stage", readiness.stage);
        if (!readiness.wait || !is_id(stage)) {
            refuse("its readiness stage '" + stage + "' has no " +
                   (readiness.wait ? std::string("usable name: ") + id_rule : "wait function"));
        }
        static_cast<void>(
            text("the summary of its readiness stage", readiness.summary, limits::line));
    }

    template <class Items>
    void check_count(const std::string& what, std::uint32_t count, Items items) const {
        if (count > limits::items) {
            refuse(what + " has " + std::to_string(count) + " items, at most " +
                   std::to_string(limits::items));
        }
        if (count > 0 && !items) {
            refuse(what + " has " + std::to_string(count) + " items, but no list of them");
        }
    }

    void check_options(const banger_vm_options& options) const {
        check_count(BANGER_IFACE_VM_OPTIONS, options.count, options.items);
        if (options.option_changed && !options.option_undo) {
            refuse("has option_changed but no option_undo");
        }
        std::set<std::string> names;
        for (std::uint32_t i = 0; i < options.count; ++i) {
            const banger_option* option = options.items[i];
            if (!option) {
                refuse("option " + std::to_string(i) + " is NULL");
            }
            check_size("an option", option->struct_size, option_size);
            const std::string name = text("the name of an option", option->name);
            const std::string what = "option '" + name + "'";
            if (!is_id(name) || !names.insert(name).second) {
                refuse(what + " is named twice or not " + id_rule);
            }
            const std::string flag = text(what + ": its flag", option->cli_flag);
            if (option->cli_flag && !is_id(flag)) {
                refuse(what + ": its flag '" + flag + "' is not " + id_rule);
            }
            check_flags(what, option->flags, BANGER_OPTION_LIVE | BANGER_OPTION_NAMES);
            if (!option->schema || *option->schema == '\0') {
                refuse(what + " has no schema");
            }
            check_schema(what, option->schema);
        }
    }

    void check_actions(const std::string& id, const banger_actions& actions) const {
        check_count(id, actions.count, actions.items);
        std::set<std::string> names;
        for (std::uint32_t i = 0; i < actions.count; ++i) {
            const banger_action* action = actions.items[i];
            if (!action) {
                refuse(id + " item " + std::to_string(i) + " is NULL");
            }
            check_size(id + " item " + std::to_string(i), action->struct_size, action_size);
            const std::string name = text("the name of an item of " + id, action->name);
            const std::string what = id + " '" + name + "'";
            if (!is_id(name) || !names.insert(name).second) {
                refuse(what + " is named twice or not " + id_rule);
            }
            check_flags(what, action->flags, BANGER_ACTION_REPEATABLE);
            if (!action->run) {
                refuse(what + " has no run function");
            }
            static_cast<void>(text(what + ": its summary", action->summary, limits::line));
            check_place(what, text(what + ": its place", action->place));
            check_schema(what + ": params_schema", action->params_schema);
            if (action->result_schema) {
                check_schema(what + ": result_schema", action->result_schema);
            }
        }
    }

    /// Words of a command line: "image build".
    void check_place(const std::string& what, const std::string& place) const {
        std::size_t from = 0;
        while (!place.empty() && from <= place.size()) {
            const std::size_t end = std::min(place.find(' ', from), place.size());
            if (!is_id(place.substr(from, end - from))) {
                refuse(what + ": its place '" + place + "' is not words of a-z, 0-9 and -");
            }
            from = end + 1;
        }
    }

    void check_hooks() const {
        const banger_guest_config* guest = manifest_.guest_config;
        if (manifest_.gives_network && (!guest || !guest->contribute)) {
            refuse("gives VMs a network (BANGER_PLUGIN_NETWORK) but has no contribute");
        }
        const banger_vm_lifecycle* hooks = manifest_.lifecycle;
        if (!hooks || hooks->undo) {
            return;
        }
        const std::array<std::pair<banger_vm_hook, const char*>, 4> vetoing{{
            {hooks->before_create, "before_create"},
            {hooks->after_create, "after_create"},
            {hooks->before_start, "before_start"},
            {hooks->after_start, "after_start"},
        }};
        for (const auto& [hook, name] : vetoing) {
            if (hook) {
                refuse(std::string("has ") + name + " but no undo");
            }
        }
    }

    std::string file_;
    const banger_entry* entry_;
    Manifest manifest_;
    std::set<std::string> seen_;
};

} // namespace

Manifest read_manifest(const std::filesystem::path& file, const banger_entry* entry) {
    return Reader(file.string(), entry).read();
}

} // namespace banger::plugin
