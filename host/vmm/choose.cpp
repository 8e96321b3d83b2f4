#include "vmm/choose.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>

namespace banger::vmm {
namespace {

/// In order of preference: Firecracker starts faster and exposes less, QEMU runs anywhere.
constexpr std::array<std::string_view, 2> known{firecracker_name, qemu_name};

const Hypervisor* find(const Hypervisors& hypervisors, std::string_view name) {
    const auto it = std::find_if(hypervisors.begin(), hypervisors.end(),
                                 [&](const auto& entry) { return entry->name() == name; });
    return it == hypervisors.end() ? nullptr : it->get();
}

/// `better`: why not another one, which often is why this one runs as it does, too. One cause is
/// enough for a line; the doctor has the rest.
std::string describe(const Probe& probe, const std::string& better) {
    const bool emulated = probe.accel == "tcg";
    const bool told = probe.reason.empty() || (!emulated && !better.empty()) ||
                      better.find(probe.reason) != std::string::npos;
    return probe.driver + " " + probe.version +
           (emulated ? ", emulated (tcg)" : " with " + probe.accel) +
           (told ? "" : "; " + probe.reason) + better;
}

const Probe* find_probe(const Choice& choice, std::string_view driver) {
    for (const Candidate& candidate : choice.candidates) {
        if (candidate.probe.driver == driver) {
            return &candidate.probe;
        }
    }
    return nullptr;
}

/// What makes the wanted one usable, or which other one can be had.
std::string way_out(std::string_view wanted, const Choice& choice) {
    const Probe* missing = find_probe(choice, wanted == "auto" ? qemu_name : wanted);
    const Probe* spare = wanted == firecracker_name ? find_probe(choice, qemu_name) : nullptr;
    std::string hint = missing == nullptr ? "" : missing->remedy;
    if (spare != nullptr && spare->usable) {
        hint += (hint.empty() ? "" : "; or ") + std::string("make the VM with --vmm qemu");
    }
    return hint;
}

} // namespace

Choice survey(std::string_view wanted, const Hypervisors& hypervisors) {
    if (wanted != "auto" && std::find(known.begin(), known.end(), wanted) == known.end()) {
        throw os::Error(os::ErrorKind::invalid, "unknown VMM \"" + std::string(wanted) + "\"",
                        "use auto, firecracker or qemu");
    }
    const bool any = wanted == "auto";
    Choice choice;
    std::string better; // what would have been taken before
    for (const std::string_view name : known) {
        const Hypervisor* hypervisor = find(hypervisors, name);
        if (hypervisor == nullptr) {
            continue;
        }
        Candidate candidate;
        candidate.probe = hypervisor->probe();
        const bool asked = any || wanted == name;
        if (!candidate.probe.usable) {
            candidate.why = candidate.probe.reason;
        } else if (!asked) {
            candidate.why = "not asked for: the VMM is set to " + std::string(wanted);
        } else if (choice.hypervisor != nullptr) {
            candidate.why = std::string(choice.hypervisor->name()) + " is preferred";
        } else {
            candidate.chosen = true;
            candidate.why = any ? "best of what this machine can run" : "asked for";
            choice.hypervisor = hypervisor;
            choice.reason = describe(candidate.probe, better);
        }
        if (asked && choice.hypervisor == nullptr) {
            better += "; not " + std::string(name) + ": " + candidate.why +
                      (candidate.probe.remedy.empty() ? "" : "; see banger doctor");
        }
        choice.candidates.push_back(std::move(candidate));
    }
    if (choice.hypervisor == nullptr) {
        choice.reason =
            any ? "no VMM can be used on this machine" : std::string(wanted) + " cannot be used";
        for (const Candidate& candidate : choice.candidates) {
            if (any) {
                choice.reason += "; " + candidate.probe.driver + ": " + candidate.why;
            } else if (wanted == candidate.probe.driver) {
                choice.reason += ": " + candidate.why;
            }
            if (any || wanted == candidate.probe.driver) {
                choice.setting = candidate.probe.setting; // the last one runs on any machine
            }
        }
    }
    return choice;
}

Choice choose(std::string_view wanted, const Hypervisors& hypervisors) {
    Choice choice = survey(wanted, hypervisors);
    if (choice.hypervisor == nullptr) {
        throw os::Error(os::ErrorKind::unavailable, choice.reason, way_out(wanted, choice));
    }
    return choice;
}

} // namespace banger::vmm
