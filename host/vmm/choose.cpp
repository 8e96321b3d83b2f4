#include "vmm/choose.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>

namespace banger::vmm {
namespace {

/// In order of preference: Firecracker starts faster and exposes less, QEMU runs anywhere.
constexpr std::array<std::string_view, 2> known{"firecracker", "qemu"};

const Hypervisor* find(const Hypervisors& hypervisors, std::string_view name) {
    const auto it = std::find_if(hypervisors.begin(), hypervisors.end(),
                                 [&](const auto& entry) { return entry->name() == name; });
    return it == hypervisors.end() ? nullptr : it->get();
}

std::string describe(const Probe& probe) {
    const std::string how = probe.accel == "tcg" ? ", emulated (tcg)" : " with " + probe.accel;
    return probe.driver + " " + probe.version + how +
           (probe.reason.empty() ? "" : "; " + probe.reason);
}

} // namespace

Choice survey(std::string_view wanted, const Hypervisors& hypervisors) {
    if (wanted != "auto" && std::find(known.begin(), known.end(), wanted) == known.end()) {
        throw os::Error(os::ErrorKind::invalid, "unknown VMM \"" + std::string(wanted) + "\"",
                        "use auto, firecracker or qemu");
    }
    Choice choice;
    for (const std::string_view name : known) {
        Candidate candidate;
        const Hypervisor* hypervisor = find(hypervisors, name);
        if (hypervisor != nullptr) {
            candidate.probe = hypervisor->probe();
        } else {
            candidate.probe.driver = name;
            candidate.probe.reason = "this version has no driver for it";
            candidate.probe.setting = "vm.vmm";
        }
        const bool asked = wanted == "auto" || wanted == name;
        if (!candidate.probe.usable) {
            candidate.why = candidate.probe.reason;
        } else if (!asked) {
            candidate.why = "not asked for: the VMM is set to " + std::string(wanted);
        } else if (choice.hypervisor != nullptr) {
            candidate.why = choice.candidates.front().probe.driver + " is preferred";
        } else {
            candidate.chosen = true;
            candidate.why = wanted == "auto" ? "best of what this machine can run" : "asked for";
            choice.hypervisor = hypervisor;
            choice.reason = describe(candidate.probe);
        }
        choice.candidates.push_back(std::move(candidate));
    }
    if (choice.hypervisor == nullptr) {
        choice.reason = wanted == "auto" ? "no VMM can be used on this machine"
                                         : std::string(wanted) + " cannot be used";
        for (const Candidate& candidate : choice.candidates) {
            if (wanted == "auto") {
                choice.reason += "; " + candidate.probe.driver + ": " + candidate.why;
            } else if (wanted == candidate.probe.driver) {
                choice.reason += ": " + candidate.why;
            }
            if (wanted == "auto" || wanted == candidate.probe.driver) {
                choice.setting = candidate.probe.setting; // the last one runs on any machine
            }
        }
    }
    return choice;
}

Choice choose(std::string_view wanted, const Hypervisors& hypervisors) {
    Choice choice = survey(wanted, hypervisors);
    if (choice.hypervisor == nullptr) {
        // A driver that this version does not have is a wrong word; one that has no KVM, say, may
        // be usable tomorrow.
        const bool no_driver = wanted != "auto" && find(hypervisors, wanted) == nullptr;
        throw os::Error(no_driver ? os::ErrorKind::invalid : os::ErrorKind::unavailable,
                        choice.reason,
                        wanted == "auto" || wanted == "qemu"
                            ? "install qemu-system-x86"
                            : "use --vmm auto, or --vmm qemu, which runs on any machine");
    }
    return choice;
}

} // namespace banger::vmm
