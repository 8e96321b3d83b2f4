#include "plugin/footprint.hpp"

#include "plugin/guard.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

std::string Footprint::text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string Footprint::name_of(const json& object) {
    return text_at(object, "kind") + " " + text_at(object, "name");
}

json Footprint::ask(const vm::VmView* vm, vm::CallContext& context) const {
    json objects = json::array();
    for (Plugin* plugin : catalog_.active()) {
        const banger_footprint* table = plugin->manifest.footprint;
        if (!table || (vm ? table->list == nullptr : table->list_all == nullptr)) {
            continue;
        }
        CallSpec spec{.site = {.hook = vm ? "list" : "list_all"},
                      .timeout = plugin->hook_timeout(catalog_.guard().timeouts().hook),
                      .cleanup = true,
                      .context = &context,
                      .vm = vm};
        const CallSite site = spec.site;
        const Outcome outcome = catalog_.guard().run(
            *plugin, std::move(spec), [plugin, table](banger_call* call, const banger_vm* raw) {
                return raw ? table->list(plugin->self, call, raw)
                           : table->list_all(plugin->self, call);
            });
        for (const Output& output : outcome.output) {
            json object = json::parse(output.bytes, nullptr, false);
            if (output.kind == BANGER_EMIT_JSON && object.is_object()) {
                object["plugin"] = plugin->id();
                objects.push_back(std::move(object));
            }
        }
        if (outcome.failed()) {
            objects.push_back(
                {{"plugin", plugin->id()}, {"error", outcome.error(*plugin, site).what()}});
        }
    }
    return objects;
}

json Footprint::list(const vm::VmView& vm, vm::CallContext& context) const {
    return ask(&vm, context);
}

std::vector<vm::Capabilities::HeldObject> Footprint::names(const vm::VmView& vm,
                                                           vm::CallContext& context) const {
    std::vector<vm::Capabilities::HeldObject> found;
    for (const json& object : list(vm, context)) {
        if (!object.contains("error")) {
            found.push_back({object.at("plugin").get<std::string>(), name_of(object)});
        }
    }
    return found;
}

json Footprint::list_all(vm::CallContext& context) const {
    return ask(nullptr, context);
}

void Footprint::release(const json& object, vm::CallContext& context) const {
    const std::string id = text_at(object, "plugin");
    Plugin* plugin = catalog_.find(id);
    const banger_footprint* table = plugin ? plugin->manifest.footprint : nullptr;
    if (!table || !table->release) {
        throw Error(ErrorKind::not_found,
                    "no active plugin '" + id + "' can release " + name_of(object),
                    "see which plugins are active with: banger plugin ls");
    }
    json emitted = object;
    emitted.erase("plugin"); // is ours: ask() set it
    CallSpec spec{.site = {.hook = "release"},
                  .timeout = plugin->hook_timeout(catalog_.guard().timeouts().hook),
                  .cleanup = true,
                  .context = &context};
    const CallSite site = spec.site;
    const Outcome outcome = catalog_.guard().run(
        *plugin, std::move(spec),
        [plugin, table, text = emitted.dump()](banger_call* call, const banger_vm*) {
            return table->release(plugin->self, call, str(text));
        });
    if (outcome.failed()) {
        throw outcome.error(*plugin, site);
    }
}

} // namespace banger::plugin
