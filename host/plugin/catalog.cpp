#include "plugin/catalog.hpp"

#include "os/file.hpp"
#include "plugin/background.hpp"
#include "plugin/entry_check.hpp"
#include "plugin/host_view.hpp"
#include "plugin/order.hpp"
#include "plugin/quarantine.hpp"
#include "plugin/schema.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using os::Error;
using os::ErrorKind;

namespace {

const EntrySettings& entry_of(const Settings& settings, const std::string& id) {
    static const EntrySettings none;
    const auto found = settings.entries.find(id);
    return found == settings.entries.end() ? none : found->second;
}

} // namespace

Catalog::Catalog(Settings settings, Services services, Timeouts timeouts,
                 const ThreadStart& threads)
    : settings_(std::move(settings)), services_(std::move(services)), guard_(timeouts, threads),
      leavers_(services_.kv), known_(services_.kv) {}

Catalog::~Catalog() {
    stop();
    for (auto& plugin : plugins_) { // also those that failed in create(), and had begun something
        const std::string id = plugin->id();
        if (!Plugin::retire(std::move(plugin), Call::Clock::now() + guard_.timeouts().control)) {
            log(BANGER_LOG_ERROR, id, "a thread of it does not come back from the host");
        }
    }
}

void Catalog::log(int level, const std::string& plugin, const std::string& text) const {
    if (services_.log) {
        services_.log({level, plugin, "", "", "", text, {}});
    }
}

void Catalog::fail(const std::string& id, const std::string& reason, const std::string& hint) {
    Candidate& candidate = candidates_[id];
    if (candidate.state == State::leaving) {
        give_up(id, "it cannot be loaded to give back what it holds: " + reason, false);
        return;
    }
    candidate.state = State::failed;
    candidate.reason = reason;
    candidate.hint = hint;
    log(BANGER_LOG_ERROR, id, "not loaded: " + reason + (hint.empty() ? "" : "; " + hint));
}

void Catalog::load() {
    loading_ = true;
    tell_cut_calls();
    scan();
    std::vector<std::string> problems;
    check_unknown(problems);
    expect_leavers();
    inspect();
    check_option_flags();
    create_all();
    init_all();
    load_leavers();
    for (const auto& [id, candidate] : candidates_) {
        known_.learn(id, candidate.manifest.get());
    }
    for (const auto& [id, entry] : settings_.entries) {
        const auto found = candidates_.find(id);
        if (entry.enabled && entry.required && found != candidates_.end() &&
            found->second.state != State::active) {
            problems.push_back("required plugin " + id + " did not load: " + found->second.reason);
        }
    }
    if (!problems.empty()) {
        const Error error(ErrorKind::invalid, problems.front(), "banger config check");
        throw problems.size() == 1 ? error : error.with_details(problems);
    }
}

bool Catalog::needs_met(const Manifest& manifest, std::string& reason) const {
    for (const std::string& need : manifest.requires_plugins) {
        const auto found = candidates_.find(need);
        if (found != candidates_.end() && found->second.state != State::active) {
            reason = "needs plugin '" + need + "', which did not load: " + found->second.reason;
            return false;
        }
    }
    return true;
}

Outcome Catalog::control(Plugin& plugin, const char* hook, Guard::Function function,
                         std::optional<std::chrono::milliseconds> timeout) {
    CallSpec spec{.site = {.hook = hook},
                  .timeout = timeout.value_or(guard_.timeouts().control),
                  .lane = Lane::control,
                  .cleanup = true};
    return guard_.run(plugin, std::move(spec), std::move(function));
}

Outcome Catalog::create(const std::string& id, const char* hook) {
    const EntrySettings& entry = entry_of(settings_, id);
    auto plugin =
        std::make_unique<Plugin>(*candidates_[id].manifest, entry, settings_, services_, guard_);
    for (const std::string& ext : plugin->manifest.requires_ext) {
        if (!has_extension(*plugin, ext)) {
            throw Error(ErrorKind::unsupported,
                        "needs host extension " + ext + ", which this host does not have");
        }
    }
    const std::string place = place_of(entry, "");
    const std::string what =
        (place.empty() ? "" : place + ": ") + "plugins.entries." + id + ".config";
    const std::string config =
        Schema(plugin->manifest.config_schema).checked_text(entry.config_json, what).dump();
    os::make_private_dir(settings_.state_dir / id);
    Plugin& made = *plugin;
    plugins_.push_back(std::move(plugin));
    Outcome outcome = control(made, hook, [&made, config](banger_call* call, const banger_vm*) {
        const banger_status status =
            made.manifest.entry->create(made.host(), call, str(config), &made.self);
        made.created = status >= 0;
        return status;
    });
    if (outcome.failed()) {
        static_cast<void>(made.cancel_open_calls());
        made.retire_from_use();
    }
    return outcome;
}

std::vector<std::string> Catalog::sort() {
    std::vector<OrderNode> nodes;
    std::map<std::string, std::string> absent;
    for (const auto& [id, candidate] : candidates_) {
        if (candidate.manifest && candidate.state == State::active) {
            const Manifest& m = *candidate.manifest;
            std::vector<std::string> after = m.after;
            const auto& wished = entry_of(settings_, id).after;
            after.insert(after.end(), wished.begin(), wished.end());
            nodes.push_back({id, m.requires_plugins, std::move(after), m.before});
        } else {
            absent[id] = candidate.reason;
        }
    }
    Ordering sorted = sort_plugins(std::move(nodes), absent);
    for (const auto& [id, reason] : sorted.refused) {
        fail(id, reason);
    }
    return std::move(sorted.order);
}

void Catalog::create_all() {
    for (const std::string& id : sort()) {
        std::string reason;
        if (!needs_met(*candidates_[id].manifest, reason)) {
            fail(id, reason);
            continue;
        }
        try {
            const Outcome outcome = create(id);
            if (outcome.failed()) {
                throw outcome.error(*plugins_.back(), {.hook = "create"});
            }
        } catch (const Error& error) {
            std::string text = error.what();
            for (const std::string& line : error.details()) {
                text += text.ends_with(line) ? "" : "; " + line;
            }
            fail(id, text, error.hint());
        }
    }
}

void Catalog::init_all() {
    for (const auto& plugin : plugins_) {
        if (plugin->state() != State::active) {
            continue;
        }
        std::string reason;
        if (!needs_met(plugin->manifest, reason)) {
            drop(*plugin, reason);
            continue;
        }
        if (const Outcome outcome = init(*plugin); outcome.failed()) {
            const Error error = outcome.error(*plugin, {.hook = "init"});
            drop(*plugin, error.what(), error.hint());
            continue;
        }
        active_.push_back(plugin.get());
        leavers_.note_active(plugin->id());
    }
}

Outcome Catalog::init(Plugin& plugin, const char* hook) {
    if (!plugin.manifest.entry->init) {
        return {};
    }
    return control(plugin, hook, [&plugin](banger_call* call, const banger_vm*) {
        return plugin.manifest.entry->init(plugin.self, call);
    });
}

void Catalog::start() {
    std::vector<Plugin*> started;
    for (Plugin* plugin : active_) {
        std::string reason;
        if (!needs_met(plugin->manifest, reason)) {
            drop(*plugin, reason);
            continue;
        }
        const banger_daemon_hooks* hooks = plugin->manifest.daemon;
        if (hooks && hooks->on_start) {
            const Outcome outcome = control(
                *plugin, "on_start",
                [plugin, hooks](banger_call* call, const banger_vm*) {
                    return hooks->on_start(plugin->self, call);
                },
                longest_for_daemon(*plugin));
            if (outcome.failed()) {
                const Error error = outcome.error(*plugin, {.hook = "on_start"});
                drop(*plugin, error.what(), error.hint());
                if (plugin->settings.required) {
                    throw Error(error.kind(), "required " + std::string(error.what()),
                                error.hint());
                }
                continue;
            }
        }
        started.push_back(plugin);
    }
    active_ = std::move(started);
}

/// The daemon itself waits for on_start and on_stop: no plugin may ask for a longer time.
std::chrono::milliseconds Catalog::longest_for_daemon(const Plugin& plugin) const {
    return std::min(plugin.hook_timeout(guard_.timeouts().hook), guard_.timeouts().hook);
}

void Catalog::reconcile_all() {
    for (Plugin* plugin : active_) {
        const banger_daemon_hooks* hooks = plugin->manifest.daemon;
        if (!hooks || !hooks->reconcile_all) {
            continue;
        }
        CallSpec spec{.site = {.hook = "reconcile_all"},
                      .timeout = plugin->hook_timeout(guard_.timeouts().hook),
                      .cleanup = true};
        const CallSite site = spec.site;
        const Outcome outcome = guard_.run(*plugin, std::move(spec),
                                           [plugin, hooks](banger_call* call, const banger_vm*) {
                                               return hooks->reconcile_all(plugin->self, call);
                                           });
        if (outcome.failed()) {
            log(BANGER_LOG_ERROR, plugin->id(), outcome.error(*plugin, site).what());
        }
    }
}

/// Ends one plugin that took part so far, because of `reason`.
void Catalog::drop(Plugin& plugin, const std::string& reason, const std::string& hint) {
    destroy(plugin);
    fail(plugin.id(), reason, hint);
}

void Catalog::destroy(Plugin& plugin) {
    const auto cleanup = plugin.cancel_open_calls();
    plugin.retire_from_use();
    if (plugin.state() == State::stuck) {
        log(BANGER_LOG_WARNING, plugin.id(), "left as it is: " + plugin.trouble());
        return;
    }
    plugin.background().close();
    plugin.lanes.close(); // also for those who looked at the state a moment ago
    const auto patience = std::max(cleanup, guard_.timeouts().control);
    if (!plugin.lanes.wait_empty(Call::Clock::now() + patience)) {
        log(BANGER_LOG_WARNING, plugin.id(), "left as it is: a call has not returned");
        return;
    }
    if (plugin.created.exchange(false)) {
        const Outcome outcome =
            control(plugin, "destroy", [&plugin](banger_call*, const banger_vm*) {
                plugin.manifest.entry->destroy(plugin.self);
                return BANGER_OK;
            });
        if (outcome.failed()) {
            log(BANGER_LOG_ERROR, plugin.id(), outcome.error(plugin, {.hook = "destroy"}).what());
            if (outcome.abandoned) {
                plugin.retire_from_use(); // stuck until it returns; it may use the host still
                return;
            }
        }
    }
    if (const auto left = plugin.open_calls(); left > 0) {
        log(BANGER_LOG_WARNING, plugin.id(),
            "destroy() left " + std::to_string(left) + " of its threads in a call");
    }
    // From now on the host is deaf to what it left behind.
    static_cast<void>(plugin.gate.close(Call::Clock::now() + guard_.timeouts().control));
}

void Catalog::stop() {
    if (std::exchange(stopped_, true)) {
        return;
    }
    leavers_.postpone();
    for (auto at = active_.rbegin(); at != active_.rend(); ++at) {
        Plugin* plugin = *at;
        const banger_daemon_hooks* hooks = plugin->manifest.daemon;
        if (hooks && hooks->on_stop) {
            const Outcome outcome = control(
                *plugin, "on_stop",
                [plugin, hooks](banger_call* call, const banger_vm*) {
                    hooks->on_stop(plugin->self, call);
                    return BANGER_OK;
                },
                longest_for_daemon(*plugin));
            if (outcome.failed()) {
                log(BANGER_LOG_ERROR, plugin->id(),
                    outcome.error(*plugin, {.hook = "on_stop"}).what());
            }
        }
    }
    for (auto at = plugins_.rbegin(); at != plugins_.rend(); ++at) {
        if ((*at)->created || (*at)->state() != State::stopped) {
            destroy(**at);
        }
    }
}

Plugin* Catalog::find(const std::string& id) const {
    const auto found = std::find_if(active_.begin(), active_.end(),
                                    [&](const Plugin* plugin) { return plugin->id() == id; });
    return found == active_.end() ? nullptr : *found;
}

std::vector<PluginInfo> Catalog::list() const {
    std::vector<PluginInfo> result;
    for (const auto& [id, candidate] : candidates_) {
        const EntrySettings& entry = entry_of(settings_, id);
        PluginInfo info{.id = id,
                        .state = candidate.state,
                        .reason = candidate.reason,
                        .hint = candidate.hint,
                        .path = candidate.file,
                        .manifest = candidate.manifest.get(),
                        .on_error = entry.warn_only ? "warn" : "fail",
                        .required = entry.required,
                        .known = known_.find(id),
                        .hides = candidate.hides};
        if (const Plugin* plugin = find(id)) {
            info.state = plugin->state();
            info.reason = plugin->trouble();
            info.hint = next_step(info.state);
        } else if (info.state == State::leaving) {
            const auto holding = leavers_.holding(id);
            info.state = holding ? State::leaving : State::disabled;
            info.reason += holding ? "; " + *holding : "";
        } else if (info.state == State::quarantined && !services_.quarantine->holds(id)) {
            info.reason = "released; it is loaded when bangerd starts: banger daemon restart";
        }
        result.push_back(std::move(info));
    }
    return result;
}

} // namespace banger::plugin
