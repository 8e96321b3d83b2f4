#include "plugin/actions.hpp"

#include "os/nearest.hpp"
#include "plugin/action_shape.hpp"
#include "plugin/schema.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;

namespace {

std::string text(const char* value) {
    return value ? value : "";
}

std::string site_text(const std::string& kind, const banger_action& action) {
    return kind + " " + action.name;
}

/// It is the plugin's, and nothing that who asks could mend.
Error shape_error(const std::string& plugin, const std::string& kind, const banger_action& action,
                  const std::string& fault) {
    return {ErrorKind::internal, "plugin " + plugin + ", " + site_text(kind, action) + ": " + fault,
            "tell its author, or get another version of it"};
}

} // namespace

const banger_action& Actions::get(const Plugin& plugin, const std::string& kind,
                                  const std::string& name) const {
    std::vector<std::string> names;
    if (const auto found = plugin.manifest.actions.find(kind);
        found != plugin.manifest.actions.end()) {
        for (std::uint32_t i = 0; i < found->second->count; ++i) {
            const banger_action* action = found->second->items[i];
            if (name == action->name) {
                return *action;
            }
            names.emplace_back(action->name);
        }
    }
    const auto near = os::nearest(name, names);
    throw Error(ErrorKind::not_found,
                "plugin " + plugin.id() + " has no " + kind + " action '" + name + "'",
                near ? "did you mean '" + *near + "'?" : "");
}

Outcome Actions::call(Plugin& plugin, const std::string& kind, const banger_action& action,
                      std::string args, vm::CallContext* context) const {
    const Timeouts& times = catalog_.guard().timeouts();
    CallSpec spec{.site = {.hook = site_text(kind, action),
                           .initiator = context ? context->initiator : std::string()},
                  .timeout = kind == "doctor"   ? times.doctor
                             : kind == "status" ? times.status
                             : kind == "cli"    ? plugin.hook_timeout(times.action)
                                                : plugin.hook_timeout(times.hook),
                  .context = context};
    return catalog_.guard().run(
        plugin, std::move(spec),
        [&plugin, &action, args = std::move(args)](banger_call* call, const banger_vm*) {
            return action.run(plugin.self, call, str(args));
        });
}

ActionResult Actions::run(const std::string& plugin_id, const std::string& kind,
                          const std::string& name, const std::string& args_json,
                          vm::CallContext& context) const {
    Plugin* plugin = catalog_.find(plugin_id);
    if (!plugin) {
        std::vector<std::string> ids;
        for (const Plugin* other : catalog_.active()) {
            ids.push_back(other->id());
        }
        const auto near = os::nearest(plugin_id, ids);
        throw Error(ErrorKind::not_found, "no plugin '" + plugin_id + "' is active",
                    near ? "did you mean '" + *near + "'?" : "see: banger plugin ls");
    }
    const banger_action& action = get(*plugin, kind, name);
    const std::string args =
        Schema(text(action.params_schema)).checked_text(args_json, plugin_id + " " + name).dump();
    const ActionSlots::Slot slot(slots_, plugin_id, site_text(kind, action));
    Outcome outcome = call(*plugin, kind, action, args, &context);
    if (outcome.failed()) {
        throw outcome.answer(*plugin, {.hook = site_text(kind, action)});
    }
    if (const std::string fault = shape_fault(kind, action, outcome.output); !fault.empty()) {
        throw shape_error(plugin_id, kind, action, fault);
    }
    return {outcome.status, std::move(outcome.output)};
}

std::vector<ActionReport> Actions::of_plugin(Plugin& plugin, const std::string& kind,
                                             vm::CallContext* context) const {
    std::vector<ActionReport> reports;
    const banger_actions& actions = *plugin.manifest.actions.at(kind);
    bool late = false;
    for (std::uint32_t i = 0; i < actions.count; ++i) {
        const banger_action& action = *actions.items[i];
        if (late) {
            const ActionReport before = reports.back();
            reports.push_back({plugin.id(), action.name, {}, before.error, before.hint});
            continue;
        }
        Outcome outcome = call(plugin, kind, action, "{}", context);
        late = outcome.status == BANGER_E_BUSY || outcome.status == BANGER_E_TIMEOUT;
        if (const std::string fault = shape_fault(kind, action, outcome.output);
            !outcome.failed() && !fault.empty()) {
            const Error error = shape_error(plugin.id(), kind, action, fault);
            outcome.message = error.what();
            outcome.hint = error.hint();
        }
        std::erase_if(outcome.output,
                      [&](const Output& item) { return !item_fault(kind, action, item).empty(); });
        reports.push_back(
            {plugin.id(), action.name, std::move(outcome.output), outcome.message, outcome.hint});
    }
    return reports;
}

std::vector<ActionReport> Actions::all(const std::string& kind, vm::CallContext* context) const {
    using Answer = std::packaged_task<std::vector<ActionReport>()>;
    std::vector<std::future<std::vector<ActionReport>>> answers;
    for (Plugin* plugin : catalog_.active()) {
        if (!plugin->manifest.actions.contains(kind)) {
            continue;
        }
        const auto answer = std::make_shared<Answer>(
            [this, plugin, &kind, context] { return of_plugin(*plugin, kind, context); });
        answers.push_back(answer->get_future());
        try {
            catalog_.guard().post([answer] { (*answer)(); });
        } catch (const std::system_error&) { // no thread for it now
            (*answer)();
        }
    }
    for (const auto& answer : answers) { // all, before one of them throws: they use what is ours
        answer.wait();
    }
    std::vector<ActionReport> reports;
    for (auto& answer : answers) {
        for (ActionReport& report : answer.get()) {
            reports.push_back(std::move(report));
        }
    }
    return reports;
}

std::vector<ActionReport> Actions::doctor(vm::CallContext& context) const {
    return all("doctor", &context);
}

std::vector<ActionReport> Actions::status() {
    {
        const std::scoped_lock hold(lock_);
        if (Call::Clock::now() - status_at_ < std::chrono::seconds(1)) {
            return status_;
        }
    }
    std::vector<ActionReport> fresh = all("status", nullptr);
    const std::scoped_lock hold(lock_);
    for (ActionReport& report : fresh) {
        const auto before = std::find_if(status_.begin(), status_.end(), [&](const auto& old) {
            return old.plugin == report.plugin && old.name == report.name;
        });
        if (!report.error.empty() && before != status_.end() && before->error.empty()) {
            report.output = before->output;
        }
    }
    status_ = std::move(fresh);
    status_at_ = Call::Clock::now();
    return status_;
}

} // namespace banger::plugin
