#include "plugin/options.hpp"

#include "os/nearest.hpp"
#include "plugin/veto.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// The options of one plugin as one schema: its properties.
Schema schema_of(const banger_vm_options& options) {
    json properties = json::object();
    for (std::uint32_t i = 0; i < options.count; ++i) {
        properties[options.items[i]->name] = json::parse(options.items[i]->schema);
    }
    return Schema(json{{"type", "object"}, {"properties", std::move(properties)}}.dump());
}

/// The live options that differ.
bool live_change(const banger_vm_options& options, const json& before, const json& after) {
    for (std::uint32_t i = 0; i < options.count; ++i) {
        const banger_option& option = *options.items[i];
        if ((option.flags & BANGER_OPTION_LIVE) != 0 &&
            before.value(option.name, json()) != after.value(option.name, json())) {
            return true;
        }
    }
    return false;
}

/// Takes back an option_changed that failed and counts for nothing; so does its undo.
template <class Call, class Told>
void take_back_advice(const Call& call, const Told& told, vm::CallContext& context) {
    try {
        call(told, true, BANGER_UNDO_PARTIAL);
    } catch (const Error& error) {
        veto(*told.plugin, error, context);
    }
}

json part(const json& options, const std::string& plugin) {
    return options.is_object() ? options.value(plugin, json::object()) : json::object();
}

} // namespace

std::vector<vm::OptionSpec> Options::list() const {
    std::vector<vm::OptionSpec> result;
    for (const Plugin* plugin : catalog_.active()) {
        const banger_vm_options* options = plugin->manifest.options;
        for (std::uint32_t i = 0; options && i < options->count; ++i) {
            const banger_option& option = *options->items[i];
            const json schema = json::parse(option.schema);
            result.push_back({.plugin = plugin->id(),
                              .name = option.name,
                              .flag = option.cli_flag ? "--" + std::string(option.cli_flag) : "",
                              .schema_json = option.schema,
                              .description = schema.value("description", ""),
                              .live = (option.flags & BANGER_OPTION_LIVE) != 0,
                              .names = (option.flags & BANGER_OPTION_NAMES) != 0});
        }
    }
    return result;
}

json Options::checked(const json& options) const {
    if (!options.is_object() && !options.is_null()) {
        throw Error(ErrorKind::invalid, "options: expected {\"<plugin>\":{\"<option>\":value}}");
    }
    std::vector<std::string> known;
    for (const Plugin* plugin : catalog_.active()) {
        if (plugin->manifest.options) {
            known.push_back(plugin->id());
        }
    }
    for (const auto& [id, values] : options.items()) {
        if (std::find(known.begin(), known.end(), id) == known.end()) {
            throw Error(ErrorKind::invalid,
                        "options: no plugin '" + id + "' gives options to VMs" +
                            os::did_you_mean(id, known),
                        "see the loaded plugins with: banger plugin ls");
        }
    }
    json result = json::object();
    for (Plugin* plugin : catalog_.active()) {
        if (!plugin->manifest.options) {
            continue;
        }
        result[plugin->id()] = schema_of(*plugin->manifest.options)
                                   .checked(part(options, plugin->id()), "options." + plugin->id());
    }
    return result;
}

void Options::validate(const vm::VmView& vm, const json& options, vm::CallContext& context) const {
    for (Plugin* plugin : catalog_.active()) {
        const banger_vm_options* table = plugin->manifest.options;
        if (!table || !table->validate) {
            continue;
        }
        CallSpec spec{
            .site = {.hook = "options", .vm_id = vm.id, .vm_name = vm.name, .operation = {}},
            .timeout = plugin->hook_timeout(catalog_.guard().timeouts().contribute),
            .context = &context};
        const CallSite site = spec.site;
        const Outcome outcome =
            catalog_.guard().run(*plugin, std::move(spec),
                                 [plugin, table, text = part(options, plugin->id()).dump()](
                                     banger_call* call, const banger_vm*) {
                                     return table->validate(plugin->self, call, str(text));
                                 });
        if (outcome.failed()) {
            veto(*plugin, outcome.error(*plugin, site), context);
        }
    }
}

void Options::require_available(const vm::VmView& vm, const json& options,
                                vm::CallContext& context) const {
    for (Plugin* plugin : catalog_.active()) {
        const banger_vm_options* table = plugin->manifest.options;
        if (!table || !BANGER_HAS(banger_vm_options, table, available)) {
            continue;
        }
        CallSpec spec{
            .site = {.hook = "options", .vm_id = vm.id, .vm_name = vm.name, .operation = {}},
            .timeout = plugin->hook_timeout(catalog_.guard().timeouts().hook),
            .context = &context,
            .vm = &vm};
        const CallSite site = spec.site;
        const Outcome outcome =
            catalog_.guard().run(*plugin, std::move(spec),
                                 [plugin, table, text = part(options, plugin->id()).dump()](
                                     banger_call* call, const banger_vm* raw) {
                                     return table->available(plugin->self, call, raw, str(text));
                                 });
        if (outcome.failed() && !plugin->settings.warn_only) { // the hook that takes it tells it
            throw outcome.error(*plugin, site);
        }
    }
}

void Options::change(const vm::VmView& vm, const json& before, const json& after,
                     vm::CallContext& context) const {
    struct Told {
        Plugin* plugin;
        std::string before, after;
    };
    const auto call = [&](const Told& told, bool back, std::uint32_t flags) {
        CallSpec spec{.site = {.hook = back ? "undo of option_changed" : "option_changed",
                               .vm_id = vm.id,
                               .vm_name = vm.name,
                               .operation = {}},
                      .timeout = told.plugin->hook_timeout(catalog_.guard().timeouts().hook),
                      .cleanup = back,
                      .cancellable = !back,
                      .context = &context,
                      .vm = &vm};
        const CallSite site = spec.site;
        const Outcome outcome = catalog_.guard().run(
            *told.plugin, std::move(spec),
            [told, back, flags](banger_call* c, const banger_vm* raw) {
                const banger_vm_options& table = *told.plugin->manifest.options;
                void* self = told.plugin->self;
                return back ? table.option_undo(self, c, raw, str(told.before), str(told.after),
                                                flags)
                            : table.option_changed(self, c, raw, str(told.before), str(told.after));
            });
        if (outcome.failed()) {
            throw outcome.error(*told.plugin, site);
        }
    };

    validate(vm, after, context);
    std::vector<Told> told;
    for (Plugin* plugin : catalog_.active()) {
        const banger_vm_options* options = plugin->manifest.options;
        const json old_values = part(before, plugin->id());
        const json new_values = part(after, plugin->id());
        if (!options || !options->option_changed ||
            !live_change(*options, old_values, new_values)) {
            continue;
        }
        told.push_back({plugin, old_values.dump(), new_values.dump()});
        try {
            call(told.back(), false, 0);
        } catch (const Error& error) {
            const bool cancelled = error.kind() == os::ErrorKind::cancelled; // then all goes back
            if (told.back().plugin->settings.warn_only && !cancelled) {
                veto(*told.back().plugin, error, context);
                take_back_advice(call, told.back(), context); // what it did half goes at once
                told.pop_back();
                continue;
            }
            std::vector<std::string> left;
            for (std::size_t i = told.size(); i-- > 0;) {
                try {
                    call(told[i], true, i + 1 == told.size() ? BANGER_UNDO_PARTIAL : 0);
                } catch (const Error& second) { // the others are still put back
                    left.emplace_back(second.what());
                }
            }
            throw left.empty() ? error : error.with_details(left);
        }
    }
}

} // namespace banger::plugin
