#pragma once

#include "plugin/action_slots.hpp"
#include "plugin/catalog.hpp"
#include "plugin/guard.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace banger::plugin {

struct ActionResult {
    banger_status status = BANGER_OK; ///< OK or SKIP
    std::vector<Output> output;
};

/// One action's answer among those of all plugins; a failure is a value here.
struct ActionReport {
    std::string plugin, name;
    std::vector<Output> output; ///< JSON in the form of actions.h; what is not is an error
    std::string error, hint;    ///< empty when it worked
};

/// Verbs, checks, remote calls, status lines and panels of the plugins. [pool thread]
class Actions {
  public:
    explicit Actions(Catalog& catalog) : catalog_(catalog) {}

    /// Throws not_found (with the nearest name), invalid (arguments), what the plugin said, or
    /// internal when it emitted what such an action must not; busy, at once, when as many actions
    /// of the plugin as may are under way (limits.hpp).
    [[nodiscard]] ActionResult run(const std::string& plugin, const std::string& kind,
                                   const std::string& name, const std::string& args_json,
                                   vm::CallContext& context) const;
    /// Every check of every plugin, the plugins side by side. One that fails itself is reported as
    /// such; a plugin that was late with one is not asked for its others.
    [[nodiscard]] std::vector<ActionReport> doctor(vm::CallContext& context) const;
    /// Every status line; asked at most once a second, and the last answer of a plugin that is
    /// late.
    [[nodiscard]] std::vector<ActionReport> status();

  private:
    [[nodiscard]] const banger_action& get(const Plugin& plugin, const std::string& kind,
                                           const std::string& name) const;
    [[nodiscard]] Outcome call(Plugin& plugin, const std::string& kind, const banger_action& action,
                               std::string args, vm::CallContext* context) const;
    [[nodiscard]] std::vector<ActionReport> all(const std::string& kind,
                                                vm::CallContext* context) const;

    [[nodiscard]] std::vector<ActionReport> of_plugin(Plugin& plugin, const std::string& kind,
                                                      vm::CallContext* context) const;

    Catalog& catalog_;
    mutable ActionSlots slots_;
    std::mutex lock_;
    std::vector<ActionReport> status_;
    Call::Clock::time_point status_at_{};
};

} // namespace banger::plugin
