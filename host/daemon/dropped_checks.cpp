#include "daemon/dropped_checks.hpp"

#include "os/clock.hpp"
#include "os/join.hpp"

#include <nlohmann/json.hpp>

namespace banger::daemon {
using nlohmann::json;
using plugin::Footprint;

namespace {

constexpr std::int64_t month_ms = std::int64_t{30} * 24 * 60 * 60 * 1000;

/// "tap bgr0a1, rule web"
std::string objects_of(const json& all, const store::DroppedRecord& record) {
    std::string names;
    for (const json& object : all) {
        if (Footprint::text_at(object, "plugin") == record.plugin &&
            Footprint::text_at(object, "vm") == record.vm_id) {
            names += (names.empty() ? "" : ", ") + Footprint::name_of(object);
        }
    }
    return names;
}

/// What to do about things of a plugin that could not be asked for them.
std::string fix_without_answer(const plugin::Catalog& plugins, const json& all,
                               const std::string& id) {
    const plugin::Plugin* plugin = plugins.find(id);
    if (plugin == nullptr) {
        return "switch plugin " + id + " on: banger doctor --leaks then shows what is left of it";
    }
    if (plugin->manifest.footprint == nullptr || plugin->manifest.footprint->list_all == nullptr) {
        return "look for it by hand, as the README of plugin " + id +
               " says: the plugin cannot list what it holds";
    }
    for (const json& object : all) {
        if (Footprint::text_at(object, "plugin") == id && object.contains("error")) {
            return "the plugin could not list what it holds (" +
                   Footprint::text_at(object, "error") +
                   "); repair that, then: banger doctor --leaks";
        }
    }
    return {}; // it answered
}

} // namespace

std::vector<Check> dropped_checks(store::HookJournal& journal, const plugin::Catalog& plugins,
                                  const plugin::Footprint& footprint) {
    std::vector<Check> checks;
    const std::vector<store::DroppedRecord> records = journal.dropped();
    if (records.empty()) {
        return checks;
    }
    vm::CallContext context;
    const json all = footprint.list_all(context);
    for (const store::DroppedRecord& record : records) {
        const std::string unasked = fix_without_answer(plugins, all, record.plugin);
        const bool asked = unasked.empty();
        const std::string names = asked ? objects_of(all, record) : os::join(record.objects);
        if ((asked && names.empty()) || os::now_ms() - record.at_ms > month_ms) {
            journal.forget_dropped(record.seq);
            continue;
        }
        Check check;
        check.id = "dropped";
        check.severity = "warning";
        check.title = "VM " + record.vm_name + " was deleted with --force, and plugin " +
                      record.plugin + " had not given back what " + record.hook + " took";
        check.cause = record.error + (record.error.empty() || names.empty() ? "" : "; ") +
                      (names.empty() ? "" : (asked ? "there is still: " : "it held: ") + names);
        check.fix = asked ? "free it with: banger doctor --leaks --fix, or by hand as the plugin's "
                            "README says"
                          : unasked;
        checks.push_back(std::move(check));
    }
    return checks;
}

} // namespace banger::daemon
