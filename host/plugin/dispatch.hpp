#pragma once

#include "plugin/catalog.hpp"
#include "plugin/options.hpp"
#include "plugin/undo.hpp"
#include "store/hook_journal.hpp"
#include "vm/capabilities.hpp"

#include <string>
#include <vector>

namespace banger::plugin {

struct HookTraits;

/// Asks the loaded plugins on behalf of a VM's lifecycle, in their order, through the guard.
class Dispatch final : public vm::Capabilities {
  public:
    Dispatch(Catalog& catalog, store::HookJournal& journal);

    void run(vm::Hook hook, const vm::VmView& vm, vm::CallContext& context) override;
    void contribute(const vm::VmView& vm, vm::GuestConfig& config,
                    vm::CallContext& context) override;
    void validate(const vm::VmView& vm, const nlohmann::json& merged,
                  vm::CallContext& context) override;
    std::vector<vm::UndoFailure> undo(const vm::VmView& vm, vm::Phase phase,
                                      vm::CallContext& context) override;
    [[nodiscard]] std::vector<HeldObject> held_objects(const vm::VmView& vm,
                                                       vm::CallContext& context) override;
    [[nodiscard]] std::vector<vm::ReadinessStage> readiness_stages(const vm::VmView& vm) override;
    bool wait_ready(const std::string& stage, const vm::VmView& vm, vm::CallContext& context,
                    std::chrono::steady_clock::time_point deadline) override;
    [[nodiscard]] bool guest_power(const vm::VmView& vm, const std::string& action,
                                   const std::string& reason, vm::CallContext& context) override;
    [[nodiscard]] os::UniqueFd guest_exec(const vm::VmView& vm, const std::string& request_json,
                                          vm::CallContext& context) override;
    [[nodiscard]] std::vector<vm::OptionSpec> options() const override;
    [[nodiscard]] nlohmann::json checked_options(const nlohmann::json& options) const override;
    void validate_options(const vm::VmView& vm, const nlohmann::json& options,
                          vm::CallContext& context) override;
    void require_available(const vm::VmView& vm, const nlohmann::json& options,
                           vm::CallContext& context) override;
    void change_options(const vm::VmView& vm, const nlohmann::json& before,
                        const nlohmann::json& after, vm::CallContext& context) override;
    [[nodiscard]] std::optional<os::Error> no_network() const override;
    [[nodiscard]] bool may_override(std::string_view plugin, std::string_view field) const override;

    /// Lets plugins that are switched off give back what they hold, as far as VMs that run do not
    /// need it; what fails is Leavers::trouble(). Quick when there is none. [pool thread]
    void let_leave(Leavers::Answer answer);

    /// Open records whose plugin is not loaded: nobody can give back what they stand for.
    [[nodiscard]] std::vector<store::JournalRecord> orphans() const;

  private:
    [[nodiscard]] CallSpec service_call(const Plugin& plugin, CallSite site, const vm::VmView& vm,
                                        vm::CallContext& context) const;
    [[nodiscard]] std::function<void(const std::string&)> keeper(std::int64_t seq) const;
    void run_one(const HookTraits& traits, Plugin& plugin, const vm::VmView& vm,
                 vm::CallContext& context);
    void run_journalled(const HookTraits& traits, Plugin& plugin, const vm::VmView& vm,
                        vm::CallContext& context);
    void release(const HookTraits& traits, const Plugin& plugin, const vm::VmView& vm,
                 vm::CallContext& context);

    Catalog& catalog_;
    store::HookJournal& journal_;
    Undo undo_;
    Options options_;
    Lifeline<store::HookJournal> late_; ///< for cookies that come late
};

} // namespace banger::plugin
