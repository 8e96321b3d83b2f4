#pragma once

#include "config/config.hpp"
#include "vmm/choose.hpp"
#include "vmm/firecracker/host.hpp"
#include "vmm/firecracker/jail.hpp"
#include "vmm/kvm_probe.hpp"
#include "vmm/qemu/host.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace banger::daemon {

/// The VMMs of this machine, probed when first asked for. Firecracker is probed again when another
/// binary, or none, is there, QEMU as long as nothing can be used, and both when /dev/kvm can be
/// opened and could not, or the other way, and a minute after a probe that may find something else:
/// one that was late, found KVM too slow, or failed itself.
class Vmms {
  public:
    /// Probe results of this boot are kept in `cache_dir`; empty: nowhere.
    Vmms(const config::Config& config, std::filesystem::path cache_dir);
    [[nodiscard]] std::shared_ptr<const vmm::Hypervisors> get(); ///< [pool thread]

  private:
    [[nodiscard]] vmm::firecracker::ProbeOptions firecracker_options();
    [[nodiscard]] vmm::qemu::ProbeOptions qemu_options();
    [[nodiscard]] const vmm::KvmResult& kvm();
    [[nodiscard]] std::filesystem::path cache(const char* name) const;

    std::string firecracker_binary_;
    std::string qemu_binary_;
    std::string accel_;
    std::filesystem::path bundle_;
    std::filesystem::path cache_dir_;
    bool jailer_; ///< Firecracker is used in its jailer only

    std::mutex lock_;
    std::optional<vmm::KvmResult> kvm_; ///< of one get(): both drivers ask
    std::string identity_;              ///< of the Firecracker that was probed
    std::string kvm_obstacle_;          ///< what kept /dev/kvm from being opened then
    std::chrono::steady_clock::time_point probed_;
    std::chrono::steady_clock::time_point qemu_probed_;
    vmm::firecracker::JailerVersion jailers_;
    std::string no_jailer_; ///< what keeps it from its jailer
    std::optional<vmm::firecracker::Host> firecracker_;
    std::optional<vmm::qemu::Host> qemu_;
    std::shared_ptr<const vmm::Hypervisors> found_;
};

} // namespace banger::daemon
