#include "daemon/vmms.hpp"

#include "image/bundle.hpp"
#include "os/error.hpp"
#include "vmm/device_remedy.hpp"
#include "vmm/firecracker/driver.hpp"
#include "vmm/qemu/driver.hpp"

#include <utility>

namespace banger::daemon {
namespace {

/// Of a probe that may work the next time, which can take seconds.
constexpr std::chrono::minutes probe_pause{1};

/// Of the runtime bundle; empty without one. That a bundle is damaged is told elsewhere.
std::filesystem::path bundled_firecracker(const std::filesystem::path& configured) {
    try {
        const auto dir = image::find_bundle(configured);
        return dir ? image::read_bundle(*dir).firecracker : std::filesystem::path();
    } catch (const os::Error&) {
        return {};
    }
}

} // namespace

Vmms::Vmms(const config::Config& config, std::filesystem::path cache_dir)
    : firecracker_binary_(config.firecracker.binary), qemu_binary_(config.qemu.binary),
      accel_(config.qemu.accel), bundle_(config.runtime.bundle), cache_dir_(std::move(cache_dir)),
      jailer_(config.firecracker.jailer) {}

std::filesystem::path Vmms::cache(const char* name) const {
    return cache_dir_.empty() ? std::filesystem::path() : cache_dir_ / name;
}

const vmm::KvmResult& Vmms::kvm() {
    if (!kvm_) {
        kvm_ = vmm::probe_kvm();
    }
    return *kvm_;
}

vmm::firecracker::ProbeOptions Vmms::firecracker_options() {
    vmm::firecracker::ProbeOptions options;
    options.binary = firecracker_binary_;
    options.bundled = bundled_firecracker(bundle_);
    options.adder = image::firecracker_adder(image::bundle_place(bundle_));
    options.cache_file = cache("firecracker-probe.json");
    options.kvm = [this] { return kvm(); };
    return options;
}

vmm::qemu::ProbeOptions Vmms::qemu_options() {
    vmm::qemu::ProbeOptions options;
    options.binary = qemu_binary_;
    options.accel = accel_;
    options.cache_file = cache("qemu-probe.json");
    options.kvm = [this] { return kvm(); };
    return options;
}

std::shared_ptr<const vmm::Hypervisors> Vmms::get() {
    const std::lock_guard guard(lock_);
    kvm_.reset();
    const auto options = firecracker_options();
    std::string identity = vmm::firecracker::identity(options);
    std::string obstacle = vmm::kvm_obstacle();
    const bool moved = obstacle != kvm_obstacle_;
    kvm_obstacle_ = std::move(obstacle);
    const auto now = std::chrono::steady_clock::now();
    bool other = !firecracker_ || identity != identity_ || moved ||
                 (firecracker_->passing && now - probed_ >= probe_pause);
    if (other) {
        firecracker_ = vmm::firecracker::probe(options);
        identity_ = std::move(identity);
        probed_ = now;
    }
    if (jailer_ &&
        firecracker_->probe.usable) { // each time: it may be put beside Firecracker later
        std::string problem = vmm::firecracker::jailer_problem(firecracker_->probe, jailers_);
        other = other || problem != no_jailer_;
        no_jailer_ = std::move(problem);
    }
    const vmm::firecracker::Host firecracker =
        jailer_ ? vmm::firecracker::with_jailer(*firecracker_, no_jailer_) : *firecracker_;
    const bool anew = !qemu_ || moved || (!qemu_->probe.usable && !firecracker.probe.usable) ||
                      (qemu_->passing && now - qemu_probed_ >= probe_pause);
    if (anew) {
        qemu_ = vmm::qemu::probe(qemu_options());
        qemu_probed_ = now;
    }
    if (!found_ || other || anew) {
        auto hypervisors = std::make_shared<vmm::Hypervisors>();
        hypervisors->push_back(std::make_unique<vmm::firecracker::Driver>(firecracker));
        hypervisors->push_back(std::make_unique<vmm::qemu::Driver>(*qemu_));
        found_ = std::move(hypervisors);
    }
    return found_;
}

} // namespace banger::daemon
