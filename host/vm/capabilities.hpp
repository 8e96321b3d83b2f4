#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace banger::vm {

class GuestConfig;

/// The points in a VM's life at which plugins are asked. The first four are journalled: what they
/// acquire is given back by undo, newest first.
enum class Hook {
    before_create,
    after_create,
    before_start,
    after_start,
    on_ready,
    before_stop,
    after_stop,
    before_delete,
    after_delete,
    reconcile,
};

[[nodiscard]] std::string_view to_string(Hook hook) noexcept;

/// A read-only snapshot of a VM for plugins.
struct VmView {
    std::string id;
    std::string name;
    std::string state;             ///< as vm::to_string(State) writes it
    std::filesystem::path run_dir; ///< sockets of the running VM
    std::string spec_json;         ///< the VM as the API shows it, options included
    pid_t pid = 0;                 ///< of the VMM; 0 when it does not run
    std::uint32_t cid = 0;
};

/// What a call into the plugins may use of the operation it belongs to. Every member may be called
/// from any thread.
struct CallContext {
    std::string operation_id, initiator; ///< initiator: who asks, where no operation is behind it
    int cancel_fd = -1;                  ///< readable when the operation is cancelled
    std::function<void(std::string_view level, const std::string& text)> log;
    /// For who asked for the operation, at its end.
    std::function<void(const std::string& text)> warn;
    /// A privileged step that was run: the command as a person would type it, time and success.
    std::function<void(const std::string& command, std::chrono::milliseconds time, bool ok)>
        privileged;
    std::function<void(const std::string& name)> stage; ///< a new stage of the operation
    /// How much of the stage is done; total 0: not known.
    std::function<void(std::uint64_t done, std::uint64_t total, bool bytes)> progress;
    std::function<void(int percent)> reaches; ///< Operation::reaches()
};

/// One command-line option that a plugin gives to VMs.
struct OptionSpec {
    std::string plugin;
    std::string name; ///< key in the VM's options
    std::string flag; ///< "--nat"; a boolean also has "--no-nat"
    std::string schema_json;
    std::string description;
    bool live = false;  ///< may change while the VM runs
    bool names = false; ///< its strings are names of the VM below the domain
};

/// A named stage between "VMM started" and "ready" that a plugin owns.
struct ReadinessStage {
    std::string name;
    bool ssh = false; ///< reached means that the guest takes logins
};

struct UndoFailure {
    std::string plugin;
    std::string hook;
    os::Error error;
};

/// Which journalled hooks an undo takes back.
enum class Phase {
    start,  ///< before_start and after_start
    create, ///< all four
};

/// What the VM lifecycle asks of the capabilities. Implemented by plugin::Dispatch over the loaded
/// plugins and by fakes in tests. All but the const ones block: [pool thread], never the loop. They
/// throw os::Error whose message names plugin, hook and VM.
class Capabilities {
  public:
    virtual ~Capabilities() = default;

    /// Runs one hook of every plugin that has it, in plugin order (before_stop, after_stop,
    /// before_delete, after_delete: in reverse). The first failure of a vetoing hook throws; what
    /// had succeeded stays for undo(). Journalled hooks write intent before and done after.
    /// after_stop releases the start records and after_delete the rest, when they succeed.
    virtual void run(Hook hook, const VmView& vm, CallContext& context) = 0;

    /// Lets every plugin propose its part; pure, also called for a dry run.
    virtual void contribute(const VmView& vm, GuestConfig& config, CallContext& context) = 0;
    virtual void validate(const VmView& vm, const nlohmann::json& merged, CallContext& context) = 0;

    /// Undoes the open records of the phase, newest first. A failing undo does not stop the others;
    /// its record stays and is reported.
    virtual std::vector<UndoFailure> undo(const VmView& vm, Phase phase, CallContext& context) = 0;

    /// What a plugin says it holds on the host for this VM now: "tap bgr0a1".
    struct HeldObject {
        std::string plugin, name;
    };
    [[nodiscard]] virtual std::vector<HeldObject> held_objects(const VmView& vm,
                                                               CallContext& context) = 0;

    /// In the order of their plugins.
    [[nodiscard]] virtual std::vector<ReadinessStage> readiness_stages(const VmView& vm) = 0;
    /// Waits for one of them, until context.cancel_fd or the deadline. False: it does not apply to
    /// this VM.
    virtual bool wait_ready(const std::string& stage, const VmView& vm, CallContext& context,
                            std::chrono::steady_clock::time_point deadline) = 0;

    /// Asks what is in the guest to shut down or reboot it ("shutdown", "reboot"). False: nobody
    /// there takes the order.
    [[nodiscard]] virtual bool guest_power(const VmView& vm, const std::string& action,
                                           const std::string& reason, CallContext& context) = 0;
    /// Starts a program in the guest; request and frames: docs/guest-agent.md, "Programs". Throws
    /// unavailable when nobody there does that.
    [[nodiscard]] virtual os::UniqueFd guest_exec(const VmView& vm, const std::string& request_json,
                                                  CallContext& context) = 0;

    [[nodiscard]] virtual std::vector<OptionSpec> options() const = 0;
    /// Checks {"<plugin>":{"<option>":value}} by schema, fills in the defaults; throws invalid.
    [[nodiscard]] virtual nlohmann::json checked_options(const nlohmann::json& options) const = 0;
    /// Of a VM that does not run, or is not made yet: throws when a plugin refuses them.
    virtual void validate_options(const VmView& vm, const nlohmann::json& options,
                                  CallContext& context) = 0;
    /// Throws when what these options ask for cannot be had now (a port of the host is taken). A VM
    /// that is not made yet has no id.
    virtual void require_available(const VmView& vm, const nlohmann::json& options,
                                   CallContext& context) = 0;
    /// Of a VM that runs: as validate_options(), and they take effect, of all plugins or of none.
    virtual void change_options(const VmView& vm, const nlohmann::json& before,
                                const nlohmann::json& after, CallContext& context) = 0;

    /// Why no plugin can give a VM a network card, with the next step; nothing when one may.
    [[nodiscard]] virtual std::optional<os::Error> no_network() const = 0;

    /// May `plugin` take `field` of the guest configuration from another owner?
    [[nodiscard]] virtual bool may_override(std::string_view plugin,
                                            std::string_view field) const = 0;
};

/// For a guest in which nothing answers the host.
[[nodiscard]] os::Error no_guest_services(const VmView& vm);

/// A host without any plugin: every hook does nothing and no option exists.
class NoCapabilities final : public Capabilities {
  public:
    void run(Hook, const VmView&, CallContext&) override {}
    void contribute(const VmView&, GuestConfig&, CallContext&) override {}
    void validate(const VmView&, const nlohmann::json&, CallContext&) override {}
    std::vector<UndoFailure> undo(const VmView&, Phase, CallContext&) override { return {}; }
    std::vector<HeldObject> held_objects(const VmView&, CallContext&) override { return {}; }
    std::vector<ReadinessStage> readiness_stages(const VmView&) override { return {}; }
    bool wait_ready(const std::string&, const VmView&, CallContext&,
                    std::chrono::steady_clock::time_point) override {
        return false;
    }
    [[nodiscard]] bool guest_power(const VmView&, const std::string&, const std::string&,
                                   CallContext&) override {
        return false;
    }
    [[nodiscard]] os::UniqueFd guest_exec(const VmView& vm, const std::string&,
                                          CallContext&) override {
        throw no_guest_services(vm);
    }
    [[nodiscard]] std::vector<OptionSpec> options() const override { return {}; }
    [[nodiscard]] nlohmann::json checked_options(const nlohmann::json& options) const override;
    void validate_options(const VmView&, const nlohmann::json&, CallContext&) override {}
    void require_available(const VmView&, const nlohmann::json&, CallContext&) override {}
    void change_options(const VmView&, const nlohmann::json&, const nlohmann::json&,
                        CallContext&) override {}
    [[nodiscard]] std::optional<os::Error> no_network() const override {
        return os::Error(os::ErrorKind::unavailable, "there are no plugins");
    }
    [[nodiscard]] bool may_override(std::string_view, std::string_view) const override {
        return false;
    }
};

} // namespace banger::vm
