#include "plugin/dispatch.hpp"

#include "plugin/footprint.hpp"
#include "plugin/given_socket.hpp"
#include "plugin/guest_builder.hpp"
#include "plugin/hook_traits.hpp"
#include "plugin/no_guest_services.hpp"
#include "plugin/no_network.hpp"
#include "plugin/veto.hpp"
#include "vm/guest_config.hpp"

#include <algorithm>
#include <utility>

#include <fnmatch.h>
#include <nlohmann/json.hpp>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;
using store::JournalRecord;
using store::JournalState;
using vm::Hook;

namespace {

CallSite site_of(std::string hook, const vm::VmView& vm) {
    return {.hook = std::move(hook), .vm_id = vm.id, .vm_name = vm.name, .operation = {}};
}

/// Takes what the plugin gave; else says why not, as if the plugin had.
banger_status adopt(const Plugin& plugin, banger_call* call, const GivenSocket& before, int fd,
                    os::UniqueFd& stream) {
    try {
        stream = before.take(fd);
        return BANGER_OK;
    } catch (const Error& error) {
        const std::string why = error.what();
        plugin.host()->call_fail(call, BANGER_E_INTERNAL, str(why), str(error.hint()));
        return BANGER_E_INTERNAL;
    }
}

} // namespace

Dispatch::Dispatch(Catalog& catalog, store::HookJournal& journal)
    : catalog_(catalog), journal_(journal), undo_(catalog, journal), options_(catalog),
      late_(journal) {}

void Dispatch::run(vm::Hook hook, const vm::VmView& vm, vm::CallContext& context) {
    const HookTraits& traits = traits_of(hook);
    if (hook == Hook::before_create || hook == Hook::before_start) {
        const auto spec = nlohmann::json::parse(vm.spec_json, nullptr, false);
        options_.validate(vm,
                          spec.is_object() ? spec.value("options", nlohmann::json::object())
                                           : nlohmann::json::object(),
                          context);
    }
    if (hook == Hook::before_start) { // what the last one left must not come to this VM
        let_leave(Leavers::Answer::any);
    }
    std::vector<Plugin*> order = catalog_.active();
    if (traits.reverse) {
        std::reverse(order.begin(), order.end());
    }
    std::vector<Error> failures;
    for (Plugin* plugin : order) {
        const banger_vm_lifecycle* hooks = plugin->manifest.lifecycle;
        try {
            if (hooks && hooks->*traits.slot) {
                if (traits.number != 0) {
                    run_journalled(traits, *plugin, vm, context);
                } else {
                    run_one(traits, *plugin, vm, context);
                }
            }
            release(traits, *plugin, vm, context);
        } catch (const Error& error) {
            if (traits.vetoes) {
                throw;
            }
            failures.push_back(error); // the others are still asked
        }
    }
    if (traits.releases_start) {
        let_leave(Leavers::Answer::fresh);
    }
    if (failures.empty()) {
        return;
    }
    std::vector<std::string> lines;
    lines.reserve(failures.size());
    for (const Error& error : failures) {
        lines.emplace_back(error.what());
    }
    throw lines.size() == 1 ? failures.front() : failures.front().with_details(lines);
}

/// A hook that nobody waits for any more may still say what it took, as long as we are there.
std::function<void(const std::string&)> Dispatch::keeper(std::int64_t seq) const {
    return [line = late_.line(), seq](const std::string& cookie) {
        if (!line.use([&](store::HookJournal& journal) { journal.keep(seq, cookie); })) {
            throw Error(ErrorKind::cancelled, "call_set_cookie: the daemon ends");
        }
    };
}

void Dispatch::run_one(const HookTraits& traits, Plugin& plugin, const vm::VmView& vm,
                       vm::CallContext& context) {
    const banger_vm_hook function = plugin.manifest.lifecycle->*traits.slot;
    CallSpec spec{.site = site_of(std::string(to_string(traits.hook)), vm),
                  .timeout = plugin.hook_timeout(catalog_.guard().timeouts().hook),
                  .cleanup = traits.cleanup,
                  .cancellable = !traits.cleanup,
                  .context = &context,
                  .vm = &vm,
                  .cookie = journal_.cookie(vm.id, plugin.id())};
    if (traits.hook == vm::Hook::reconcile) {
        const std::vector<JournalRecord> open = journal_.open_records(vm.id);
        const auto newest = std::find_if(open.rbegin(), open.rend(), [&](const auto& record) {
            return record.plugin == plugin.id();
        });
        if (newest != open.rend()) {
            spec.keep_cookie = keeper(newest->seq);
        }
    }
    const CallSite site = spec.site;
    const Outcome outcome = catalog_.guard().run(
        plugin, std::move(spec), [&plugin, function](banger_call* call, const banger_vm* raw) {
            return function(plugin.self, call, raw);
        });
    if (outcome.failed()) {
        const Error error = outcome.error(plugin, site);
        if (!traits.vetoes) {
            throw error;
        }
        veto(plugin, error, context);
    }
}

void Dispatch::run_journalled(const HookTraits& traits, Plugin& plugin, const vm::VmView& vm,
                              vm::CallContext& context) {
    const std::string name(to_string(traits.hook));
    const banger_vm_hook function = plugin.manifest.lifecycle->*traits.slot;
    CallSpec spec{.site = site_of(name, vm),
                  .timeout = plugin.hook_timeout(catalog_.guard().timeouts().hook),
                  .context = &context,
                  .vm = &vm,
                  .cookie = journal_.cookie(vm.id, plugin.id())};
    const std::int64_t seq = journal_.begin(vm.id, plugin.id(), name);
    spec.keep_cookie = keeper(seq);
    const CallSite site = spec.site;
    const Outcome outcome = catalog_.guard().run(
        plugin, std::move(spec), [&plugin, function](banger_call* call, const banger_vm* raw) {
            return function(plugin.self, call, raw);
        });
    if (outcome.status == BANGER_OK) {
        journal_.done(seq, outcome.cookie.value_or(""));
        return;
    }
    if (!outcome.failed() || !outcome.asked) { // it did not apply, or was never asked
        journal_.finish(seq, JournalState::released);
    }
    if (!outcome.failed()) {
        return;
    }
    veto(plugin, outcome.error(plugin, site), context);
    for (const JournalRecord& record : journal_.open_records(vm.id)) {
        if (record.seq == seq) { // taken as advice: what it did half goes at once
            static_cast<void>(undo_.run_one(record, vm, &context));
        }
    }
}

/// After after_stop and after_delete the plugin holds nothing any more for what they end. One that
/// has no such hook was not asked: what did not end well (a call that has not returned, an undo
/// that failed) is undone instead.
void Dispatch::release(const HookTraits& traits, const Plugin& plugin, const vm::VmView& vm,
                       vm::CallContext& context) {
    if (!traits.releases_start) {
        return;
    }
    const bool asked = plugin.manifest.lifecycle && plugin.manifest.lifecycle->*traits.slot;
    for (const JournalRecord& record : journal_.open_records(vm.id)) {
        const bool of_start = record.hook == "before_start" || record.hook == "after_start";
        if (record.plugin != plugin.id() || !(of_start || traits.releases_create)) {
            continue;
        }
        if (asked || record.state == JournalState::done) {
            journal_.finish(record.seq, JournalState::released);
        } else if (const auto failure = undo_.run_one(record, vm, &context)) {
            throw Error(failure->error);
        }
    }
}

std::vector<vm::UndoFailure> Dispatch::undo(const vm::VmView& vm, vm::Phase phase,
                                            vm::CallContext& context) {
    return undo_.run(vm, phase, context);
}

std::vector<vm::Capabilities::HeldObject> Dispatch::held_objects(const vm::VmView& vm,
                                                                 vm::CallContext& context) {
    return Footprint(catalog_).names(vm, context);
}

void Dispatch::contribute(const vm::VmView& vm, vm::GuestConfig& config, vm::CallContext& context) {
    for (Plugin* plugin : catalog_.active()) {
        const banger_guest_config* table = plugin->manifest.guest_config;
        if (!table || !table->contribute) {
            continue;
        }
        CallSpec spec{.site = site_of("contribute", vm),
                      .timeout = plugin->hook_timeout(catalog_.guard().timeouts().contribute),
                      .context = &context,
                      .vm = &vm,
                      .cookie = journal_.cookie(vm.id, plugin->id())};
        const CallSite site = spec.site;
        std::optional<vm::GuestConfig> before; // as it is without an advisor that fails
        if (plugin->settings.warn_only) {
            before.emplace(config.copy());
        }
        const auto builder =
            std::make_shared<banger_gcb>(config, plugin->id(), plugin->manifest.gives_network);
        const Outcome outcome = catalog_.guard().run(
            *plugin, std::move(spec),
            [plugin, table, builder](banger_call* call, const banger_vm* raw) {
                builder->call = call;
                return table->contribute(plugin->self, call, raw, builder.get());
            });
        builder->close();
        if (outcome.failed()) {
            veto(*plugin, outcome.error(*plugin, site), context);
            config = std::move(*before);
        }
    }
}

void Dispatch::validate(const vm::VmView& vm, const nlohmann::json& merged,
                        vm::CallContext& context) {
    const auto text = std::make_shared<const std::string>(merged.dump());
    for (Plugin* plugin : catalog_.active()) {
        const banger_guest_config* table = plugin->manifest.guest_config;
        if (!table || !table->validate) {
            continue;
        }
        CallSpec spec{.site = site_of("validate", vm),
                      .timeout = plugin->hook_timeout(catalog_.guard().timeouts().contribute),
                      .context = &context,
                      .vm = &vm,
                      .cookie = journal_.cookie(vm.id, plugin->id())};
        const CallSite site = spec.site;
        const Outcome outcome =
            catalog_.guard().run(*plugin, std::move(spec),
                                 [plugin, table, text](banger_call* call, const banger_vm* raw) {
                                     return table->validate(plugin->self, call, raw, str(*text));
                                 });
        if (outcome.failed()) {
            veto(*plugin, outcome.error(*plugin, site), context);
        }
    }
}

std::vector<vm::ReadinessStage> Dispatch::readiness_stages(const vm::VmView&) {
    std::vector<vm::ReadinessStage> stages;
    for (const Plugin* plugin : catalog_.active()) {
        if (plugin->manifest.readiness) {
            const banger_readiness& table = *plugin->manifest.readiness;
            stages.push_back({table.stage, (table.flags & BANGER_READINESS_SSH) != 0});
        }
    }
    return stages;
}

bool Dispatch::wait_ready(const std::string& stage, const vm::VmView& vm, vm::CallContext& context,
                          std::chrono::steady_clock::time_point deadline) {
    for (Plugin* plugin : catalog_.active()) {
        const banger_readiness* table = plugin->manifest.readiness;
        if (!table || stage != table->stage) {
            continue;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        CallSpec spec{.site = site_of("readiness " + stage, vm),
                      .timeout = left,
                      .lane = Lane::beside,
                      .context = &context,
                      .vm = &vm,
                      .cookie = journal_.cookie(vm.id, plugin->id())};
        const CallSite site = spec.site;
        const Outcome outcome = catalog_.guard().run(
            *plugin, std::move(spec), [plugin, table](banger_call* call, const banger_vm* raw) {
                return table->wait(plugin->self, call, raw);
            });
        if (outcome.failed()) {
            throw outcome.error(*plugin, site);
        }
        return outcome.status != BANGER_SKIP;
    }
    throw Error(ErrorKind::not_found, "no plugin has a readiness stage '" + stage + "'");
}

CallSpec Dispatch::service_call(const Plugin& plugin, CallSite site, const vm::VmView& vm,
                                vm::CallContext& context) const {
    return {.site = std::move(site),
            .timeout = plugin.hook_timeout(catalog_.guard().timeouts().hook),
            .lane = Lane::beside,
            .context = &context,
            .vm = &vm,
            .cookie = journal_.cookie(vm.id, plugin.id())};
}

bool Dispatch::guest_power(const vm::VmView& vm, const std::string& action,
                           const std::string& reason, vm::CallContext& context) {
    for (Plugin* plugin : catalog_.active()) {
        const banger_guest_services* table = plugin->manifest.guest_services;
        if (!table || !table->power) {
            continue;
        }
        const CallSite site = site_of("power", vm);
        const Outcome outcome = catalog_.guard().run(
            *plugin, service_call(*plugin, site, vm, context),
            [plugin, table, action, reason](banger_call* call, const banger_vm* raw) {
                return table->power(plugin->self, call, raw, str(action), str(reason));
            });
        if (!outcome.failed()) {
            return outcome.status == BANGER_OK;
        }
        if (outcome.status == BANGER_E_CANCELLED) {
            throw outcome.error(*plugin, site);
        }
        if (outcome.status != BANGER_E_UNAVAILABLE) { // the other way is gone, and this one told
            if (context.log) {
                context.log("warning", outcome.error(*plugin, site).what());
            }
        }
    }
    return false;
}

os::UniqueFd Dispatch::guest_exec(const vm::VmView& vm, const std::string& request_json,
                                  vm::CallContext& context) {
    Error why = no_guest_services(catalog_, vm);
    for (Plugin* plugin : catalog_.active()) {
        const banger_guest_services* table = plugin->manifest.guest_services;
        if (!table || !table->exec) {
            continue;
        }
        // Shared: a plugin that comes back too late gives its stream to nobody, who closes it.
        const auto stream = std::make_shared<os::UniqueFd>();
        const auto open_before = std::make_shared<const GivenSocket>();
        const CallSite site = site_of("exec", vm);
        const Outcome outcome = catalog_.guard().run(
            *plugin, service_call(*plugin, site, vm, context),
            [plugin, table, request_json, stream, open_before](banger_call* call,
                                                               const banger_vm* raw) {
                const std::int32_t fd = table->exec(plugin->self, call, raw, str(request_json));
                return fd < 0 ? fd : adopt(*plugin, call, *open_before, fd, *stream);
            });
        if (!outcome.failed()) {
            return std::move(*stream);
        }
        why = outcome.answer(*plugin, site);
        if (outcome.status != BANGER_E_UNAVAILABLE) {
            break;
        }
    }
    throw Error(why);
}

std::vector<vm::OptionSpec> Dispatch::options() const {
    return options_.list();
}

nlohmann::json Dispatch::checked_options(const nlohmann::json& options) const {
    return options_.checked(options);
}

void Dispatch::validate_options(const vm::VmView& vm, const nlohmann::json& options,
                                vm::CallContext& context) {
    options_.validate(vm, options, context);
}

void Dispatch::require_available(const vm::VmView& vm, const nlohmann::json& options,
                                 vm::CallContext& context) {
    options_.require_available(vm, options, context);
}

void Dispatch::change_options(const vm::VmView& vm, const nlohmann::json& before,
                              const nlohmann::json& after, vm::CallContext& context) {
    options_.change(vm, before, after, context);
}

std::optional<Error> Dispatch::no_network() const {
    const auto found = plugin::no_network(catalog_);
    return found ? std::optional(found->why) : std::nullopt;
}

bool Dispatch::may_override(std::string_view plugin, std::string_view field) const {
    const auto entry = catalog_.settings().entries.find(std::string(plugin));
    if (entry == catalog_.settings().entries.end()) {
        return false;
    }
    const auto& allowed = entry->second.allow_override;
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), std::string(field).c_str(), 0) == 0;
    });
}

void Dispatch::let_leave(Leavers::Answer answer) {
    if (!catalog_.leavers().any()) {
        return;
    }
    catalog_.leavers().leave(catalog_.guard(), answer, [this](const std::string& id) {
        for (const JournalRecord& record : journal_.open_records()) {
            if (record.plugin == id) {
                journal_.finish(record.seq, JournalState::released);
            }
        }
    });
}

std::vector<JournalRecord> Dispatch::orphans() const {
    std::vector<JournalRecord> records = journal_.open_records();
    std::erase_if(records, [&](const JournalRecord& record) {
        return catalog_.find(record.plugin) || catalog_.leavers().holding(record.plugin);
    });
    return records;
}

} // namespace banger::plugin
