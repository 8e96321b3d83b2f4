#pragma once

#include "os/process.hpp"
#include "os/unique_fd.hpp"
#include "vmm/exit.hpp"
#include "vmm/plan.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace banger::supervisor {

struct Status {
    std::string phase;       ///< launching, running, paused, ended
    bool agent_open = false; ///< a guest agent has the serial port open; of AF_VSOCK not known
    std::uint64_t console_bytes = 0;
    std::int64_t started_unix_ms = 0;
};

/// A VM that runs under its supervisor. Copyable names only: dropping it ends nothing. All calls
/// block up to a deadline (5 s unless told) and may come from any thread; they throw os::Error,
/// unavailable when the supervisor is gone. A run folder that was removed under the VM is made
/// again by its supervisor when a call finds it missing.
class Supervised {
  public:
    Supervised(std::filesystem::path run_dir, os::ProcessId supervisor, os::ProcessId vmm,
               std::string driver = {}, std::uint32_t cid = 0);

    [[nodiscard]] const std::filesystem::path& run_dir() const noexcept { return run_.path; }
    /// False when its run folder was removed, or is not the one that it made. Asks nobody.
    [[nodiscard]] bool has_socket() const;
    [[nodiscard]] const os::ProcessId& supervisor() const noexcept { return supervisor_; }
    [[nodiscard]] const os::ProcessId& vmm() const noexcept { return vmm_; }
    [[nodiscard]] const std::string& driver() const noexcept { return driver_; } ///< "qemu"
    /// Of its vsock device; 0 when its guest channel is the serial port.
    [[nodiscard]] std::uint32_t cid() const noexcept { return cid_; }

    [[nodiscard]] Status status() const;
    /// Presses the power button; the guest may ignore it. Where the run folder cannot be made
    /// again the supervisor gets a SIGTERM, which does the same and also sets the VM's stop time.
    void powerdown() const;
    void pause() const;
    void resume() const;
    /// Its image gets that size, never a smaller one, and the guest sees it. Within 40 s.
    void resize_disk(const std::string& disk, std::uint64_t bytes) const;
    /// Returns when VMM and supervisor are dead, proven by pidfd; harmless when they are already.
    void kill() const;
    /// True when VMM and supervisor ended within the time.
    [[nodiscard]] bool wait_ended(std::chrono::milliseconds time) const;

    /// A stream of JSON lines: first {"ok":true,"status":{..}}, then one {"event":..} each, EOF
    /// when the supervisor goes. Events: powerdown, paused, resumed, agent-open, agent-closed, exit
    /// (with the members of exit.json). Non-blocking.
    [[nodiscard]] os::UniqueFd watch() const;
    /// The serial console, both ways, raw.
    [[nodiscard]] os::UniqueFd console() const;
    /// A byte stream to a port of the guest. Throws unavailable when nothing listens on it there.
    [[nodiscard]] os::UniqueFd connect_guest(std::uint32_t port,
                                             std::chrono::milliseconds timeout) const;

  private:
    [[nodiscard]] os::UniqueFd connect(const std::filesystem::path& socket) const;

    vmm::RunFolder run_;
    os::ProcessId supervisor_;
    os::ProcessId vmm_;
    std::string driver_;
    std::uint32_t cid_;
};

/// Starts banger-vm (in a systemd --user scope where a user manager runs) and returns once the
/// guest runs. On a failure nothing is left and the Error holds the VMM's and the guest's last
/// lines. Without a timeout it is what the kind of VMM needs at most.
[[nodiscard]] Supervised launch(const vmm::SupervisorPlan& plan,
                                const std::filesystem::path& banger_vm,
                                std::optional<std::chrono::milliseconds> timeout = {});
/// The same; nullopt when another VM of this machine has the plan's vsock context id.
[[nodiscard]] std::optional<Supervised>
try_launch(const vmm::SupervisorPlan& plan, const std::filesystem::path& banger_vm,
           std::optional<std::chrono::milliseconds> timeout = {});

/// What this run folder names, if that very supervisor or VMM still runs. (A VMM alone, which
/// PR_SET_PDEATHSIG excludes, can only be killed.)
[[nodiscard]] std::optional<Supervised> adopt(const std::filesystem::path& run_dir);

/// How the last run ended; nullopt when it runs, never ran, or its folder did not survive a reboot.
[[nodiscard]] std::optional<vmm::Exit> last_exit(const std::filesystem::path& run_dir);

} // namespace banger::supervisor
