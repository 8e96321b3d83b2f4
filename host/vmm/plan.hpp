#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vmm {

/// How the supervisor talks to a running VMM. Firecracker's HTTP socket becomes the second kind.
enum class Control {
    qmp, ///< QEMU Machine Protocol on the inherited descriptor `control_fd`
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
    std::vector<std::string> taps; ///< opened by the supervisor; taps[i] is first_tap_fd + i
    std::optional<Vsock> vsock;    ///< else the guest channel is the serial port
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
    [[nodiscard]] std::filesystem::path state() const { return path / "state.json"; }
    [[nodiscard]] std::filesystem::path exit() const { return path / "exit.json"; }
};

} // namespace banger::vmm
