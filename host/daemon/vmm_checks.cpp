#include "daemon/vmm_checks.hpp"

#include "vmm/agent_channel.hpp"
#include "vmm/firecracker/version.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace banger::daemon {
namespace {

std::string vmm_fix(const DoctorFacts& facts, const std::string& setting) {
    if (setting == "firecracker.jailer") {
        return set_in(facts, setting + ": false");
    }
    if (setting != "qemu.binary") {
        return set_in(facts, setting + ": auto");
    }
    const std::string standard = config::default_config().qemu.binary;
    const std::string install = "sudo apt-get install qemu-system-x86";
    return facts.qemu_binary == standard
               ? install
               : set_in(facts, "qemu.binary: " + standard) + " (" + install + ")";
}

/// The setting that stands in the way, and what else helps.
std::string vmm_fix(const DoctorFacts& facts, const vmm::Probe& probe) {
    const std::string fix = vmm_fix(facts, probe.setting);
    return probe.remedy.empty() || probe.driver == vmm::qemu_name ? fix
                                                                  : fix + "; or " + probe.remedy;
}

/// Why it is not taken where it would be.
void check_firecracker(std::vector<Check>& checks, const DoctorFacts& facts,
                       const vmm::Choice& choice) {
    for (const vmm::Candidate& candidate : choice.candidates) {
        const vmm::Probe& probe = candidate.probe;
        if (probe.driver != vmm::firecracker_name || probe.usable) {
            continue;
        }
        const std::string& key = probe.setting;
        // Somebody wants it, and named what is none, or wants it in a jail that there cannot be.
        if (key == "firecracker.binary" || key == "firecracker.jailer") {
            checks.push_back(Check{"firecracker", "warning", "Firecracker is not used",
                                   candidate.why, vmm_fix(facts, probe), key});
        } else if (facts.wanted_vmm == "auto") {
            checks.push_back(Check{"firecracker", "info", "Firecracker is not used", candidate.why,
                                   probe.remedy});
        }
    }
}

/// Of a release that VMs may run with.
void check_release(std::vector<Check>& checks, const DoctorFacts& facts,
                   const vmm::Choice& choice) {
    for (const vmm::Candidate& candidate : choice.candidates) {
        const vmm::Probe& probe = candidate.probe;
        if (probe.driver != vmm::firecracker_name || !probe.usable ||
            facts.wanted_vmm == vmm::qemu_name) {
            continue;
        }
        const auto version = vmm::firecracker::parse_version(probe.version);
        const std::string_view trouble =
            version ? vmm::firecracker::known_trouble(*version) : std::string_view();
        if (!trouble.empty()) {
            const std::string key = "firecracker.binary";
            checks.push_back(
                Check{"firecracker-release", "warning",
                      "Firecracker " + probe.version + " has a known fault", std::string(trouble),
                      set_in(facts, key + ": FILE") + ", one of another release", key});
        }
    }
}

void check_vmm(std::vector<Check>& checks, const DoctorFacts& facts,
               const vmm::Hypervisors& hypervisors) {
    const vmm::Choice choice = vmm::survey(facts.wanted_vmm, hypervisors);
    if (choice.hypervisor != nullptr) {
        checks.push_back(Check{"vmm", "ok",
                               "VMs run with " + choice.reason.substr(0, choice.reason.find("; ")),
                               choice.hypervisor->probe().reason});
        check_firecracker(checks, facts, choice);
        check_release(checks, facts, choice);
        return;
    }
    const auto add = [&](const vmm::Choice& none) {
        const auto at = std::find_if(
            none.candidates.rbegin(), none.candidates.rend(),
            [&](const vmm::Candidate& each) { return each.probe.setting == none.setting; });
        checks.push_back(Check{"vmm", "error", "VMs cannot run", none.reason,
                               at == none.candidates.rend() ? vmm_fix(facts, none.setting)
                                                            : vmm_fix(facts, at->probe),
                               none.setting});
    };
    add(choice);
    // Whether the remedy, vm.vmm: auto, is all that it takes.
    const vmm::Choice any = vmm::survey("auto", hypervisors);
    if (any.hypervisor == nullptr && any.setting != choice.setting) {
        add(any);
    }
}

/// A jail that is asked for and that no VM gets, as another VMM runs them. Where that is for want
/// of a jailer, check_firecracker() tells it.
void check_jailer(std::vector<Check>& checks, const DoctorFacts& facts,
                  const vmm::Hypervisors& hypervisors) {
    const vmm::Choice choice = vmm::survey(facts.wanted_vmm, hypervisors);
    if (!facts.jailer || choice.hypervisor == nullptr || choice.hypervisor->capabilities().jail) {
        return;
    }
    const std::string key = "firecracker.jailer";
    for (const vmm::Candidate& candidate : choice.candidates) {
        if (candidate.probe.driver == vmm::firecracker_name && candidate.probe.setting != key) {
            checks.push_back(Check{
                "jailer", "warning",
                "VMs run with " + std::string(choice.hypervisor->name()) + ", which is not jailed",
                facts.wanted_vmm == vmm::qemu_name ? "vm.vmm is qemu"
                                                   : "not firecracker: " + candidate.why,
                set_in(facts, "vm.vmm: firecracker") + " so that none runs without its jail", key});
        }
    }
}

void check_limits(std::vector<Check>& checks, const DoctorFacts& facts,
                  const vmm::Hypervisors& hypervisors) {
    const vmm::Choice choice = vmm::survey(facts.wanted_vmm, hypervisors);
    if (choice.hypervisor != nullptr && facts.settings.limits.network_bytes != 0 &&
        !choice.hypervisor->capabilities().limits_network) {
        const std::string key = "vm.network_bandwidth";
        checks.push_back(Check{"limits", "error",
                               "VMs with the limits of the configuration cannot run",
                               std::string(choice.hypervisor->name()) + " limits no network",
                               set_in(facts, key + ": 0"), key});
    }
}

void check_channel(std::vector<Check>& checks, const DoctorFacts& facts,
                   const vmm::Hypervisors& hypervisors) {
    const vmm::Choice choice = vmm::survey(facts.wanted_vmm, hypervisors);
    if (choice.hypervisor == nullptr) {
        return;
    }
    const std::string key = "qemu.agent_channel";
    const vmm::AgentChannel channel =
        vmm::choose_channel(facts.settings.agent_channel, choice.hypervisor->capabilities(),
                            vmm::probe_vhost_vsock(facts.settings.vhost_vsock));
    if (channel.own) {
        checks.push_back(Check{"agent-channel", "ok", "agents in guests are reached by AF_VSOCK",
                               channel.reason});
        return;
    }
    const std::string other = set_in(facts, key + ": serial");
    const std::string fix = channel.fix.empty() ? other : channel.fix + ", or " + other;
    if (channel.refused) {
        checks.push_back(Check{"agent-channel", "error",
                               "agents in guests cannot be reached by AF_VSOCK", channel.reason,
                               fix, key});
    } else if (!channel.vsock && facts.settings.agent_channel == vmm::ChannelKind::automatic) {
        checks.push_back(Check{"agent-channel", "warning",
                               "agents in guests are reached by the serial port, not by AF_VSOCK",
                               channel.reason, fix, key});
    } else {
        checks.push_back(Check{"agent-channel", "ok",
                               std::string("agents in guests are reached by ") +
                                   (channel.vsock ? "AF_VSOCK" : "the serial port"),
                               channel.reason});
    }
}

} // namespace

std::vector<Check> vmm_checks(const DoctorFacts& facts, const vmm::Hypervisors& hypervisors) {
    std::vector<Check> checks;
    check_vmm(checks, facts, hypervisors);
    check_jailer(checks, facts, hypervisors);
    check_channel(checks, facts, hypervisors);
    check_limits(checks, facts, hypervisors);
    return checks;
}

} // namespace banger::daemon
