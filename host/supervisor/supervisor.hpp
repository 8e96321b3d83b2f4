#pragma once

#include "os/child.hpp"
#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "supervisor/console.hpp"
#include "supervisor/console_log.hpp"
#include "supervisor/control_server.hpp"
#include "supervisor/guest_channel.hpp"
#include "supervisor/halt_watch.hpp"
#include "supervisor/last_words.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/run_record.hpp"
#include "supervisor/vmm_link.hpp"
#include "supervisor/vmm_messages.hpp"
#include "vmm/plan.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace banger::supervisor {

/// The parent of one VMM, from its start to its end.
class Supervisor final : public ControlTarget {
  public:
    /// `report` gets one line of JSON when the guest runs or will not, and is then closed.
    Supervisor(vmm::SupervisorPlan plan, os::UniqueFd report);
    ~Supervisor() override;

    void run(); ///< returns when the VMM has ended and all is told; never throws

  private:
    void start();
    void record_self();
    void restore_folder();
    void started(const os::Error* error);
    void give_up();
    void end_vmm() noexcept;
    void fail(const os::Error& error);
    void report(const nlohmann::json& message);
    void set_phase(std::string phase);
    void tell_phase(const char* event);
    void wait_for_room();
    void go_on_with_room();
    [[nodiscard]] nlohmann::json phase() const; ///< members "phase" and, of a full disk, "reason"
    void vmm_event(VmmEvent event, const std::string& word);
    void watch_signals();
    void terminate();
    void press_button();
    void vmm_ended();
    void finish(const vmm::Exit& exit);
    void remove_sockets() noexcept;
    void watch_console(std::function<os::UniqueFd(std::uint32_t port)> dial);
    [[nodiscard]] os::UniqueFd claim_vsock();
    [[nodiscard]] std::vector<std::string> message_lines() const;

    [[nodiscard]] nlohmann::json status() const override;
    void powerdown(Done done) override;
    void pause(Done done) override;
    void resume(Done done) override;
    void resize(const std::string& disk, std::uint64_t bytes, Done done) override;
    void kill(Done done) override;

    vmm::SupervisorPlan plan_;
    vmm::RunFolder run_;
    os::UniqueFd report_;
    // One supervisor at a time, by both: the run folder may be removed under it.
    os::UniqueFd run_lock_;
    os::UniqueFd disks_lock_; ///< on the VM's folder
    RunState state_;
    bool reported_ = false;
    bool ran_ = false;
    bool ending_ = false;
    bool kill_asked_ = false;
    /// When the guest was last told to power off, by us: one that ignored it may reboot later.
    std::optional<std::chrono::steady_clock::time_point> off_asked_;
    bool halted_ = false; ///< the guest has, and we ended the VMM
    bool terminated_ = false;
    bool agent_open_ = false;
    bool cid_taken_ = false; ///< another VM of this machine has the context id
    bool given_up_ = false;  ///< we ended the VMM for `start_error_`
    std::optional<os::Error> start_error_;
    std::string shutdown_; ///< the VMM's own word for its end
    std::string full_;     ///< what the guest stands still for: a disk without room

    Loop loop_;
    std::optional<ConsoleLog> log_;
    os::UniqueFd signals_;
    Loop::Registration signal_watch_;
    std::optional<os::Child> child_;
    os::UniqueFd hold_;         ///< of a VMM in a jail: it is killed when this is closed
    os::UniqueFd jail_sockets_; ///< by which its sockets are reached
    Loop::Registration child_watch_;
    std::vector<os::UniqueFd> image_locks_; ///< while the VMM lives
    VmmMessages messages_{loop_};
    std::unique_ptr<Console> console_;
    std::unique_ptr<VmmLink> link_;
    std::unique_ptr<GuestChannel> channel_;
    LastWords last_words_;            ///< heard of a VMM that does not tell how its guest ended
    std::unique_ptr<HaltWatch> halt_; ///< of a VMM that does not end when its guest halts
    std::unique_ptr<ControlServer> control_;
    Loop::Registration next_press_;
    Loop::Registration look_for_room_; ///< while `full_`
    Loop::Registration last_grace_;    ///< of a guest that was told to end
    Loop::Registration farewell_;      ///< the time limit of a start or an end that does not come
};

} // namespace banger::supervisor
