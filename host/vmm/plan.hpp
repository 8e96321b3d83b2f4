#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

/// How the supervisor talks to a running VMM.
enum class Control {
    qmp,         ///< QEMU Machine Protocol on the inherited descriptor `control_fd`
    firecracker, ///< HTTP on the socket RunFolder::vmm_api(), which the VMM makes
};

/// One request to Firecracker's API, with a body of JSON.
struct ApiRequest {
    std::string method; ///< PUT, PATCH or GET
    std::string path;   ///< "/machine-config"
    std::string body;   ///< empty for GET
    bool operator==(const ApiRequest&) const = default;
    [[nodiscard]] std::string name() const { return method + " " + path; } ///< for messages
};

/// Descriptors that the VMM inherits, at fixed numbers so that a command line is a pure function.
/// Standard input and output are the serial console, standard error carries the VMM's own words.
constexpr int control_fd = 3;
constexpr int channel_fd = 4; ///< the serial port's byte stream, or the vhost-vsock device
constexpr int first_tap_fd = 5;

/// The port in the guest on which its agent listens (docs/guest-agent.md).
constexpr std::uint32_t agent_port = 1024;

/// AF_VSOCK as the guest channel, served by the kernel of this machine.
struct Vsock {
    std::uint32_t cid = 0; ///< 3 or more; a number of the whole machine
    /// What the guest's agent must see first: every user of this machine may connect to a guest.
    std::string key;
    bool operator==(const Vsock&) const = default;
};

/// A file that one VM may write, or many may read: locked by the supervisor as QEMU does it itself.
struct ImageLock {
    std::filesystem::path path;
    bool read_only = false;
    bool operator==(const ImageLock&) const = default;
};

/// A disk that the guest may write, so that it can also grow while the VM runs.
struct GrowingDisk {
    std::string id;
    std::string name;           ///< what the VMM calls it
    std::filesystem::path path; ///< a relative one is in the plan's `dir`
    bool operator==(const GrowingDisk&) const = default;
};

/// How the privileged helper starts the VMM in a jail (its verb jail-run: docs/privileges.md).
struct Jail {
    std::vector<std::string> command; ///< the helper, with this verb
    std::string hint;                 ///< what would let this user run it
    std::string request;              ///< the verb's arguments, one line of JSON
    /// The supervisor opens them, with this user's rights, and hands them over: in the jail they
    /// are /files/0 and so on. Relative paths are in the plan's `dir`.
    std::vector<ImageLock> files;
    bool operator==(const Jail&) const = default;
};

/// All that banger-vm needs to start and own one VMM: a value, made by Hypervisor::plan().
struct SupervisorPlan {
    std::string id;
    std::string name;
    std::string driver; ///< Hypervisor::name()
    std::string accel;  ///< "kvm" or "tcg"
    Control control = Control::qmp;
    std::filesystem::path dir;     ///< working directory of the VMM
    std::filesystem::path run_dir; ///< sockets, state.json, exit.json
    std::vector<std::string> argv;
    /// QEMU inherits them open: taps[i] is first_tap_fd + i. Firecracker opens them by name.
    std::vector<std::string> taps;
    std::optional<Vsock> vsock; ///< else the guest channel is the serial port
    /// Of Firecracker: one after the other, the last one starts the guest.
    std::vector<ApiRequest> requests;
    /// Of Firecracker: what GET /version must say, as the requests were made for it.
    std::string version;
    /// Images that the VMM opens without a lock of its own; relative paths are in `dir`.
    std::vector<ImageLock> images;
    std::vector<GrowingDisk> disks;
    std::optional<Jail> jail; ///< `argv` is not run then, and sockets of the VMM are in the jail
    std::filesystem::path console_path;
    std::uint64_t console_max_bytes = 0;
    /// What a guest gets to power off when banger-vm is told to end (SIGTERM).
    std::chrono::milliseconds stop_timeout{20'000};
};

[[nodiscard]] std::string to_json(const SupervisorPlan& plan);
/// Throws invalid on anything that to_json() did not write.
[[nodiscard]] SupervisorPlan plan_from_json(std::string_view text);

/// The sockets and files of one VM's run folder.
struct RunFolder {
    std::filesystem::path path;

    [[nodiscard]] std::filesystem::path control() const { return path / "sup.sock"; }
    [[nodiscard]] std::filesystem::path guest() const { return path / "guest.sock"; }
    /// Made by Firecracker. Its own name for the guest's vsock device is vmm_vsock().
    [[nodiscard]] std::filesystem::path vmm_api() const { return path / "api.sock"; }
    [[nodiscard]] std::filesystem::path vmm_vsock() const { return path / "v.sock"; }
    /// A FIFO that Firecracker logs to and the supervisor reads.
    [[nodiscard]] std::filesystem::path vmm_log() const { return path / "vmm.log"; }
    [[nodiscard]] std::filesystem::path state() const { return path / "state.json"; }
    [[nodiscard]] std::filesystem::path exit() const { return path / "exit.json"; }
};

} // namespace banger::vmm
