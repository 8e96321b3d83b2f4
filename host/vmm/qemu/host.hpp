#pragma once

#include "vmm/hypervisor.hpp"
#include "vmm/kvm_probe.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace banger::vmm::qemu {

/// QEMU on this machine, as found by probe().
struct Host {
    Probe probe;
    std::uint64_t tsc_khz = 0; ///< rate of the host's TSC, which TCG shows to the guest
    bool sandbox = true;       ///< built with seccomp
    bool vhost_vsock = false;  ///< built with that device, which needs KVM
    bool passing = false;      ///< it emulates only because KVM was too slow just now: ask again
};

struct ProbeOptions {
    std::string binary;               ///< name or path; empty is qemu-system-x86_64 from PATH
    std::string accel = "auto";       ///< auto, kvm or tcg
    std::filesystem::path cache_file; ///< results of this boot are kept there; empty: none
    std::function<KvmResult()> kvm = [] { return probe_kvm(); }; ///< asked when it matters
};

/// Asks the binary for its version and machines and runs a tiny guest under KVM with a deadline
/// (seconds on a machine whose KVM hangs; then cached, but for a KVM that was too slow). Never
/// throws for a QEMU that is unusable: the result says why.
[[nodiscard]] Host probe(const ProbeOptions& options);

} // namespace banger::vmm::qemu
