#include "daemon/plugin_states.hpp"

#include "plugin/breadcrumb.hpp"
#include "plugin/quarantine.hpp"

namespace banger::daemon {

using plugin::State;

namespace {

DoctorFacts::BadPlugin bad(const plugin::PluginInfo& info) {
    return {info.id,
            std::string(plugin::to_string(info.state)) + (info.reason.empty() ? "" : ": ") +
                info.reason,
            info.state == State::quarantined, info.hint};
}

void add_exits(DoctorFacts& facts, const plugin::Services& services) {
    if (services.quarantine) {
        for (const auto& [id, text] : services.quarantine->warnings()) {
            facts.plugin_exits.push_back({id, text, true});
        }
    }
    if (!services.calls) {
        return;
    }
    for (const plugin::CutCall& call : services.calls->left()) {
        if (call.how.empty() && !call.suspect) { // that is a warning of the quarantine
            facts.plugin_exits.push_back(
                {call.plugin, "was in " + call.text() + " when bangerd was killed", false});
        }
    }
}

} // namespace

std::string uncounted_exits(const plugin::Services& services) {
    std::string why = services.calls ? services.calls->trouble() : "";
    return why.empty() && services.quarantine ? services.quarantine->trouble() : why;
}

void add_plugin_states(DoctorFacts& facts, const config::Config& config, plugin::Catalog& plugins,
                       plugin::Dispatch& dispatch) {
    for (const store::JournalRecord& record : dispatch.orphans()) {
        facts.orphans.push_back({record.plugin, record.hook + " of VM " + record.vm_id});
    }
    for (const plugin::PluginInfo& info : plugins.list()) {
        if (info.state == State::disabled || info.state == State::leaving) {
            const std::string trouble = plugins.leavers().trouble(info.id);
            if (config.plugins.entries.contains(info.id) || !trouble.empty()) {
                facts.off_plugins.push_back(
                    {info.id, info.reason, trouble, plugins.leavers().given_up_for_good(info.id)});
            }
        } else if (info.state != State::active) {
            facts.bad_plugins.push_back(bad(info));
        }
    }
    add_exits(facts, plugins.services());
    facts.uncounted_exits = uncounted_exits(plugins.services());
}

void add_quarantined(DoctorFacts& facts, const plugin::Catalog& plugins) {
    for (const plugin::PluginInfo& info : plugins.list()) {
        if (info.state == State::quarantined) {
            facts.bad_plugins.push_back(bad(info));
        }
    }
}

} // namespace banger::daemon
