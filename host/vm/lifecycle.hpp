#pragma once

#include "image/boot_files.hpp"
#include "image/catalog.hpp"
#include "image/disks.hpp"
#include "vm/disk_growth.hpp"
#include "vm/jails.hpp"
#include "vm/machines.hpp"
#include "vm/offload.hpp"
#include "vm/operation.hpp"
#include "vm/requests.hpp"
#include "vmm/agent_channel.hpp"
#include "vmm/choose.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace banger::store {
class HookJournal;
class Reserve;
} // namespace banger::store

namespace banger::vm {

class Events;

/// Every change of a VM, each as an operation. A step that fails or is cancelled is undone before
/// the operation ends: a failed create leaves nothing, a failed start leaves a stopped VM. [loop]
class Lifecycle {
  public:
    struct Parts {
        Threads& threads;
        Machines& machines;
        Operations& operations;
        Capabilities& capabilities;
        image::Catalog& catalog;
        store::HookJournal& journal;
        store::Reserve& reserve; ///< for what gives room back
        Events& events;
        const Settings& settings;
        /// The VMMs of this machine; probed when first needed, so it may block. [pool thread]
        std::function<std::shared_ptr<const vmm::Hypervisors>()> hypervisors;
        /// Takes what no operation can tell; `level` as in log.level of config.yaml.
        std::function<void(std::string_view level, const std::string& text)> log;
        Jails jails{};
    };
    using Started = std::shared_ptr<Operation>;

    explicit Lifecycle(Parts parts);
    [[nodiscard]] const Jails& jails() const noexcept { return parts_.jails; }

    // Each throws at once for a request that cannot work (unknown or busy VM, bad value) and
    // otherwise returns the operation that does the work.
    Started create(const CreateRequest& request);
    Started start(const std::string& name, std::optional<std::chrono::seconds> timeout);
    Started stop(const std::string& name, const StopRequest& request);
    Started restart(const std::string& name, const StopRequest& request);
    Started kill(const std::string& name);
    Started remove(const std::string& name, bool force);
    Started set(const std::string& name, const SetRequest& request);
    Started trim(const std::string& name);

    /// Throws what keeps a create from working, also what only plugins and VMMs can tell: asked
    /// before it, so that nothing is made in vain.
    [[nodiscard]] asio::awaitable<void> check(CreateRequest request);
    /// The same of a start or restart, and of new options for a VM that runs. What start(),
    /// restart() and set() refuse themselves is left to them.
    [[nodiscard]] asio::awaitable<void> check_start(std::string name);
    [[nodiscard]] asio::awaitable<void> check_set(std::string name, nlohmann::json options);

    /// What a create would make and what its guest would be, with the owner of each field; refused
    /// as the create would be. Nothing is made, taken or written.
    [[nodiscard]] asio::awaitable<nlohmann::json> preview(CreateRequest request);
    /// guest_config_view() of the start that the VM runs from, or of its next one.
    [[nodiscard]] asio::awaitable<nlohmann::json> guest_config(std::string name);

    /// Work on the VM that nobody asked for (taking it up again, tidying up after it ended) is
    /// short: a request waits for it instead of being told that the VM is busy.
    [[nodiscard]] asio::awaitable<void> settled(std::string name);

    /// At the start of the daemon: takes up the VMs that still run, and finishes or undoes what was
    /// under way. Running VMs are adopted when it returns; the rest goes on as operations.
    [[nodiscard]] asio::awaitable<void> adopt_all();

  private:
    using Ptr = std::shared_ptr<Machine>;
    using Deadline = std::chrono::steady_clock::time_point;
    Started begin(const std::string& kind, const Ptr& machine, Operations::Body body);
    /// A VMM that ended during an operation on something else (set, say) is settled after it.
    asio::awaitable<void> see_end_after(Started operation, Ptr machine);
    void require_idle(const Machine& machine) const;
    /// Cancels what works on the machine and waits for its end.
    asio::awaitable<void> preempt(Operation& operation, std::shared_ptr<Operation> other);
    /// The stage that runs is where it failed; undoing it gets the room that is kept for that.
    void begin_rollback(Operation& operation);

    // lifecycle_check.cpp
    asio::awaitable<void> require_available(Ptr machine, nlohmann::json options);
    [[nodiscard]] nlohmann::json changed_options(const Machine& machine,
                                                 const nlohmann::json& options) const;
    asio::awaitable<void> warn_of_network_limit(Operation& operation, Ptr machine);

    // lifecycle_preview.cpp
    struct Draft {
        nlohmann::json config;      ///< merged
        std::string driver, reason; ///< which one, and why
    };
    asio::awaitable<Draft> draft(store::VmRow row, VmView view);

    // lifecycle_create.cpp
    struct Plan {
        image::Image image;
        store::VmRow row; ///< without a name when none is asked for
    };
    /// Throws what this daemon itself finds wrong with a request.
    [[nodiscard]] Plan planned(const CreateRequest& request) const;
    asio::awaitable<void> make(Operation& operation, Ptr machine, image::Image image);
    asio::awaitable<void> discard(Operation& operation, Ptr machine);

    // lifecycle_start.cpp
    asio::awaitable<vmm::AgentChannel> require_vmm(store::VmRow row, bool made);
    asio::awaitable<void> bring_up(Operation& operation, Ptr machine, Deadline deadline);
    asio::awaitable<void> boot_once(Operation& operation, Ptr machine, Deadline deadline,
                                    bool last_try);
    struct Launched {
        supervisor::Supervised process;
        bool has_card = false; ///< to be reached by
    };
    asio::awaitable<Launched> launch(Operation& operation, Ptr machine, vmm::AgentChannel channel,
                                     bool last_try);
    /// Another context id, in the store and in the copy from which a lost one is made again.
    asio::awaitable<void> take_cid(Ptr machine);
    /// Undoes a start, however far it came; false when the VMM does not die or a host object could
    /// not be taken back.
    asio::awaitable<bool> take_down(Operation& operation, Ptr machine, Phase phase);
    asio::awaitable<void> take_back_start(Operation& operation, Ptr machine);
    asio::awaitable<void> start_or_undo(Operation& operation, Ptr machine, Deadline deadline);

    // lifecycle_stop.cpp
    asio::awaitable<std::string> shut_down(Operation& operation, Ptr machine, StopRequest request,
                                           State meanwhile = State::stopping);
    /// Asks what is in the guest to shut it down; false when nothing there does.
    asio::awaitable<bool> ask_guest(Operation& operation, Ptr machine, std::string reason);
    asio::awaitable<void> end_process(Ptr machine);
    /// After the VMM ended: gives back what the start acquired and records the final state.
    asio::awaitable<void> settle(Operation& operation, Ptr machine);
    asio::awaitable<void> wait_ended(Ptr machine, Deadline deadline);

    // lifecycle_delete.cpp
    asio::awaitable<void> remove_disks(Ptr machine);
    /// Gives up what could not be taken back, and tells so: each line names plugin and hook.
    asio::awaitable<std::vector<std::string>> drop_records(Operation& operation, Ptr machine);
    /// What was given up to delete it all the same; empty without `force`.
    asio::awaitable<std::vector<std::string>> erase(Operation& operation, Ptr machine, bool force);

    // lifecycle_watch.cpp
    asio::awaitable<void> attach(Ptr machine, supervisor::Supervised process);
    asio::awaitable<void> watch(Ptr machine, supervisor::Supervised process, os::UniqueFd stream);
    void on_unexpected_end(const Ptr& machine);
    /// Running or paused, as the supervisor last said; while an operation works it decides.
    void follow_pause(const Ptr& machine);
    asio::awaitable<void> adopt(Ptr machine);
    void recover_running(const Ptr& machine);
    void recover_ended(const Ptr& machine);
    void recover(const Ptr& machine);
    /// The VM is cleanup-pending; what failed is tried again as long as the daemon runs.
    void hold(const Ptr& machine);
    asio::awaitable<void> retry_cleanup(Ptr machine);

    /// Removes copies of images that nothing uses any more.
    asio::awaitable<void> collect_images();
    /// Writes the copy of the record that a lost database is rebuilt from.
    asio::awaitable<void> keep_copy(Ptr machine);

    template <class Call>
    asio::awaitable<void> plugins(Operation& operation, Ptr machine, Call call);
    /// Throws when a start cannot give it a network; of a VM that is not made yet without one.
    void require_network(const Machine* machine = nullptr) const;
    [[nodiscard]] CallContext context_of(Operation& operation) const;

    Parts parts_;
    image::Disks disks_;
    image::BootFiles boot_files_;
    DiskGrowth growth_;
};

/// Runs `call(capabilities, view, context)` on the pool. Its context is never cancelled once the
/// operation rolls back.
template <class Call>
asio::awaitable<void> Lifecycle::plugins(Operation& operation, Ptr machine, Call call) {
    auto work = offload(parts_.threads,
                        [&capabilities = parts_.capabilities,
                         view = view_of(*machine, parts_.settings), context = context_of(operation),
                         call]() mutable { call(capabilities, view, context); });
    co_await std::move(work);
}

} // namespace banger::vm
