#pragma once

#include "os/error.hpp"
#include "store/vm_table.hpp"
#include "supervisor/client.hpp"
#include "vm/capabilities.hpp"
#include "vm/idleness.hpp"
#include "vm/operation.hpp"
#include "vm/settings.hpp"
#include "vm/state.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

/// One VM: its record and what runs of it. [loop] Only the operation that holds it changes it.
struct Machine {
    explicit Machine(boost::asio::io_context& loop);

    store::VmRow row;
    State state = State::stopped;
    std::weak_ptr<Operation> holder; ///< the operation that works on it now
    std::optional<supervisor::Supervised> process;
    bool ended = true;           ///< no VMM runs; `row.exit` says how the last one ended
    bool deleted = false;        ///< it has no record any more
    bool retrying = false;       ///< a failed clean-up is tried again
    bool paused = false;         ///< the VMM stands still, as the supervisor tells it
    bool starts_program = false; ///< somebody has a program started in its guest
    std::string paused_by;       ///< why it does, when the host's disk is full
    std::string vmm_reason;      ///< why its VMM was taken; empty: not known
    std::string guest;           ///< JSON: what a plugin knows of what runs in it now; or empty
    Idleness idleness;           ///< of the guest
    std::int64_t since = 0;      ///< Unix ms of the last state change

    [[nodiscard]] const std::string& id() const noexcept { return row.id; }
    [[nodiscard]] const std::string& name() const noexcept { return row.name; }
    [[nodiscard]] bool runs() const noexcept { return process && !ended; } ///< its VMM does
    [[nodiscard]] bool is_heard() const;                   ///< what is in its guest tells of itself
    [[nodiscard]] std::shared_ptr<Operation> busy() const; ///< null when nothing works on it
    [[nodiscard]] bool is_undone() const; ///< its create or start is being taken back

    /// A plugin tells what it knows of the guest, as JSON.
    void hear(const std::string& facts);
    void forget_guest(); ///< it has ended, or is another one

    /// Wakes everybody in changed().
    void notify();
    /// Returns at the next notify(), or at `deadline`.
    [[nodiscard]] boost::asio::awaitable<void>
    changed(std::chrono::steady_clock::time_point deadline);

  private:
    boost::asio::io_context& loop_;
    boost::asio::steady_timer changed_;
};

/// What a VM is whose VMM has ended: stopped or crashed.
[[nodiscard]] State state_after_end(const Machine& machine);

/// The folders of one VM.
struct MachinePaths {
    std::filesystem::path dir; ///< disks, keys, console log; kept until the delete
    std::filesystem::path run; ///< sockets; only while it runs

    MachinePaths(const Settings& settings, const std::string& id)
        : dir(settings.vms_dir / id), run(settings.run_dir / id.substr(0, 8)) {}
    /// The run folder it was started with, which another session's daemon did not choose.
    MachinePaths(const Settings& settings, const Machine& machine)
        : MachinePaths(settings, machine.row.id) {
        if (machine.process) {
            run = machine.process->run_dir();
        }
    }

    /// vm.json: written when it was made, removed first when it is deleted.
    [[nodiscard]] std::filesystem::path record() const { return dir / "vm.json"; }
    [[nodiscard]] std::filesystem::path console() const { return dir / "console.log"; }
    [[nodiscard]] std::filesystem::path initrd() const { return dir / "initrd.img"; }
    /// The guest configuration that it was last started with, as it is shown.
    [[nodiscard]] std::filesystem::path launched_config() const {
        return dir / "guest-config.json";
    }
    [[nodiscard]] std::filesystem::path known_hosts() const { return dir / "known_hosts"; }
    [[nodiscard]] std::filesystem::path host_key() const { return dir / "ssh_host_ed25519_key"; }
    [[nodiscard]] std::filesystem::path ssh_control() const { return ssh_control_in(run); }
    [[nodiscard]] static std::filesystem::path ssh_control_in(const std::filesystem::path& run) {
        return run / "ssh.sock";
    }
};

/// For a request that the VM cannot serve while it stands still.
[[nodiscard]] os::Error paused_error(const Machine& machine);

/// Of a cleanup-pending VM, for the end of an error: ": not taken back yet: ..."; or empty.
[[nodiscard]] std::string what_is_held(const Machine& machine);

/// For who reads of the VM: once, beside what is there.
void add_warning(Machine& machine, const std::string& text);

/// As the API shows a VM.
[[nodiscard]] nlohmann::json to_json(const Machine& machine, const Settings& settings);

/// The snapshot that plugins get.
[[nodiscard]] VmView view_of(const Machine& machine, const Settings& settings);

/// {cause, reason, code, signal, host_down, at, boot_id} of an exit, as a row keeps it; `process`
/// is the row's, which knows the boot of the host that it ran in.
[[nodiscard]] std::string exit_json(const vmm::Exit& exit, const std::string& process);

/// The guest's console lines without control characters, the last `count` of them.
[[nodiscard]] std::vector<std::string> console_tail(const std::filesystem::path& log,
                                                    std::size_t count = 15);

} // namespace banger::vm
