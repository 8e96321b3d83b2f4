#pragma once

#include "image/catalog.hpp"
#include "os/file.hpp"
#include "store/database.hpp"
#include "store/hook_journal.hpp"
#include "store/image_table.hpp"
#include "store/reserve.hpp"
#include "vm/events.hpp"
#include "vm/image_bin.hpp"
#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace banger::vm::test {

/// Plugins of which a test decides what they do.
class FakeCapabilities final : public Capabilities {
  public:
    std::function<void(Hook, const VmView&)> on_hook = [](Hook, const VmView&) {};
    std::function<void(Hook, CallContext&)> on_context = [](Hook, CallContext&) {};
    std::function<std::vector<UndoFailure>()> on_undo = [] { return std::vector<UndoFailure>{}; };
    std::function<void(const VmView&)> on_change = [](const VmView&) {};
    std::function<void()> on_validate = [] {};
    std::function<void(const VmView&, GuestConfig&)> on_contribute = [](const VmView&,
                                                                        GuestConfig&) {};
    std::function<void(const VmView&)> on_require = [](const VmView&) {};
    std::optional<os::Error> networkless;
    std::function<bool(const std::string&)> on_power = [](const std::string&) { return false; };
    std::function<os::UniqueFd(const std::string& request)> on_exec; ///< without it: nobody there
    std::vector<ReadinessStage> stages;
    std::function<bool(const std::string& stage, const CallContext&)> on_wait =
        [](const std::string&, const CallContext&) { return true; };

    void run(Hook hook, const VmView& vm, CallContext& context) override {
        on_context(hook, context);
        on_hook(hook, vm);
    }
    void contribute(const VmView& vm, GuestConfig& config, CallContext&) override {
        on_contribute(vm, config);
    }
    void validate(const VmView&, const nlohmann::json&, CallContext&) override {}
    std::vector<UndoFailure> undo(const VmView&, Phase, CallContext&) override { return on_undo(); }
    std::vector<HeldObject> held_objects(const VmView&, CallContext&) override { return {}; }
    std::vector<ReadinessStage> readiness_stages(const VmView&) override { return stages; }
    bool wait_ready(const std::string& stage, const VmView&, CallContext& context,
                    std::chrono::steady_clock::time_point) override {
        return on_wait(stage, context);
    }
    [[nodiscard]] bool guest_power(const VmView&, const std::string& action, const std::string&,
                                   CallContext&) override {
        return on_power(action);
    }
    [[nodiscard]] os::UniqueFd guest_exec(const VmView& vm, const std::string& request,
                                          CallContext&) override {
        return on_exec ? on_exec(request) : throw no_guest_services(vm);
    }
    [[nodiscard]] std::vector<OptionSpec> options() const override { return {}; }
    [[nodiscard]] nlohmann::json checked_options(const nlohmann::json& options) const override;
    void validate_options(const VmView&, const nlohmann::json&, CallContext&) override {
        on_validate();
    }
    void require_available(const VmView& vm, const nlohmann::json&, CallContext&) override {
        on_require(vm);
    }
    void change_options(const VmView& vm, const nlohmann::json&, const nlohmann::json&,
                        CallContext&) override {
        on_change(vm);
    }
    [[nodiscard]] std::optional<os::Error> no_network() const override { return networkless; }
    [[nodiscard]] bool may_override(std::string_view, std::string_view) const override {
        return false;
    }
};

/// What a daemon is without its API, on folders that outlive it. Its VMs are processes that sleep
/// (fake_banger_vm.cpp); no network card means that they are ready when they run.
class World {
  public:
    /// Instead of `capabilities`; they may write to that journal.
    using Plugins = std::function<std::unique_ptr<Capabilities>(store::HookJournal&)>;

    /// The folders: `data` with the bundle in it, and where run folders are made.
    World(const std::filesystem::path& data, const std::filesystem::path& run,
          const Plugins& plugins = {});
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    static void make_bundle(const std::filesystem::path& dir);
    void adopt(); ///< as a starting daemon does
    /// Lets the loop go until the operation has ended.
    void finish(const Lifecycle::Started& operation);
    /// What is said against it before anything is made; throws that.
    void check(const CreateRequest& request) { ask(lifecycle.check(request)); }
    /// Lets the loop go until it is over; throws what it throws.
    void ask(asio::awaitable<void> question);
    /// Lets the loop go until `done`; false when it does not come within the time.
    [[nodiscard]] bool wait(const std::function<bool()>& done,
                            std::chrono::seconds time = std::chrono::seconds(30));
    /// A create that succeeded.
    std::shared_ptr<Machine> create(const std::string& name);

    FakeCapabilities capabilities;
    /// Takes what the lifecycle tells its daemon's log.
    std::function<void(std::string_view level, const std::string& text)> log;
    std::function<void()> clean_jail = [] {}; ///< [pool thread]
    asio::io_context loop{1};
    asio::thread_pool pool{4};
    Threads threads{loop, pool};
    Settings settings;
    store::Database database;
    store::HookJournal journal;
    std::unique_ptr<Capabilities> plugins; ///< null: `capabilities` are asked
    store::Reserve reserve;
    store::ImageTable images{database};
    image::Catalog catalog;
    ImageBin image_bin;
    Events events;
    Machines machines{loop, database, settings, events};
    Operations operations{loop, [](const Operation&) {}};
    Lifecycle lifecycle;
};

/// Ends whatever a test left running of a VM; it is gone on return.
void end(const Machine& machine);

} // namespace banger::vm::test
