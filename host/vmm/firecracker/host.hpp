#pragma once

#include "vmm/firecracker/version.hpp"
#include "vmm/hypervisor.hpp"
#include "vmm/kvm_probe.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace banger::vmm::firecracker {

/// Firecracker on this machine, as found by probe().
struct Host {
    Probe probe;
    Version version; ///< Probe::version, as far as it counts
    /// The probe was late, KVM too slow, or it failed itself, for want of room, say: ask again.
    bool passing = false;
};

struct ProbeOptions {
    std::string binary = "auto";      ///< name or path; auto: the bundle's, else from PATH
    std::filesystem::path bundled;    ///< of the runtime bundle; empty when it has none
    std::filesystem::path cache_file; ///< results of this boot are kept there; empty: none
    std::string adder;                ///< the command that puts one into the bundle, for remedies
    std::function<KvmResult()> kvm = [] { return probe_kvm(); }; ///< asked when it matters
    std::chrono::milliseconds guest_time{5'000};                 ///< of the test guest
};

/// Which binary that is, and what else a result depends on: as long as it stays, probe() finds the
/// same. Empty when there is none. Asks no program.
[[nodiscard]] std::string identity(const ProbeOptions& options);

/// Asks the binary for its version and lets it run a tiny guest with a deadline (seconds on a
/// machine that hangs). What holds for the boot is cached: success, and what Firecracker refuses or
/// ends at; not that it was late. Never throws for a Firecracker that is unusable: the
/// result says why, with the remedy.
[[nodiscard]] Host probe(const ProbeOptions& options);

} // namespace banger::vmm::firecracker
