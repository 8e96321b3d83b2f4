#include "daemon/doctor.hpp"

#include "net/collision.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/free_space.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::daemon {
using nlohmann::json;

namespace {

json check(const std::string& id, const std::string& severity, const std::string& title,
           const std::string& cause = {}, const std::string& fix = {}) {
    return {{"id", id},       {"source", "banger"}, {"severity", severity},
            {"title", title}, {"cause", cause},     {"fix", fix}};
}

void check_tools(json& checks) {
    struct Tool {
        const char* program;
        const char* package;
        const char* use;
    };
    static constexpr std::array tools{
        Tool{"ssh", "openssh-client", "log in to VMs"},
        Tool{"ssh-keygen", "openssh-client", "make the SSH host keys of VMs"},
        Tool{"scp", "openssh-client", "banger vm cp"},
        Tool{"mke2fs", "e2fsprogs", "make disks"},
        Tool{"resize2fs", "e2fsprogs", "size disks"},
    };
    for (const Tool& tool : tools) {
        if (!os::find_program(tool.program)) {
            checks.push_back(check(std::string("tool-") + tool.program, "error",
                                   std::string(tool.program) + " is not installed",
                                   std::string("it is needed to ") + tool.use,
                                   std::string("sudo apt-get install ") + tool.package));
        }
    }
}

void check_kvm(json& checks) {
    if (::access("/dev/kvm", F_OK) != 0) {
        checks.push_back(check("kvm", "warning", "no /dev/kvm: VMs are emulated, which is slower",
                               "the CPU's virtualisation is off, or this is a VM without nesting",
                               "switch it on in the firmware, or in the host of this VM"));
    } else if (::access("/dev/kvm", R_OK | W_OK) != 0) {
        checks.push_back(check("kvm", "warning", "/dev/kvm may not be used by this user",
                               std::strerror(errno),
                               "sudo usermod -aG kvm $USER, then log in again"));
    }
}

void check_vmm(json& checks, const DoctorFacts& facts, const vmm::Hypervisors& hypervisors) {
    const vmm::Choice choice = vmm::survey(facts.wanted_vmm, hypervisors);
    if (choice.hypervisor == nullptr) {
        const bool any = facts.wanted_vmm == "auto" || facts.wanted_vmm == "qemu";
        checks.push_back(check("vmm", "error", "no VMM can be used", choice.reason,
                               any ? "sudo apt-get install qemu-system-x86"
                                   : "set vm.vmm to auto in config.yaml"));
    } else {
        checks.push_back(check("vmm", "ok",
                               "VMs run with " + choice.reason.substr(0, choice.reason.find("; ")),
                               choice.hypervisor->probe().reason));
    }
}

void check_bundle(json& checks, const DoctorFacts& facts) {
    if (!facts.bundle_problem.empty()) {
        checks.push_back(check("bundle", "error", "no runtime bundle", facts.bundle_problem,
                               "make runtime-bundle"));
    } else if (!facts.missing.empty()) {
        std::string names;
        for (const std::string& name : facts.missing) {
            names += (names.empty() ? "" : ", ") + name;
        }
        checks.push_back(check("bundle", "error", "the runtime bundle is not complete",
                               "missing: " + names, "make runtime-bundle"));
    } else {
        checks.push_back(check("bundle", "ok", "the runtime bundle is complete"));
    }
}

void check_privilege(json& checks, const privileged::Client& privileged) {
    const privileged::Readiness readiness = privileged.readiness();
    if (!readiness.ready) {
        checks.push_back(check("privilege", "error", "privileged steps cannot be done",
                               readiness.reason, readiness.command));
    } else if (!readiness.warning.empty()) {
        checks.push_back(
            check("privilege", "warning", "privileged steps are ready", readiness.warning));
    } else {
        checks.push_back(check("privilege", "ok",
                               "privileged steps are ready (" +
                                   std::string(privileged::to_string(readiness.mode)) + ")"));
    }
}

void check_subnet(json& checks, const DoctorFacts& facts) {
    const auto collision = net::find_collision(facts.settings.subnet, facts.bridge);
    const std::string subnet = facts.settings.subnet.text();
    if (collision) {
        checks.push_back(
            check("subnet", "error", "subnet " + subnet + " is in use on this host",
                  "it collides with " + collision->with,
                  collision->alternative
                      ? "set network.subnet: " + collision->alternative->text() + " in config.yaml"
                      : "set network.subnet in config.yaml to a free network"));
    } else {
        checks.push_back(check("subnet", "ok", "subnet " + subnet + " is free for VMs"));
    }
}

std::string space_text(std::uint64_t mib) {
    return mib < 10240 ? std::to_string(mib) + " MiB" : std::to_string(mib / 1024) + " GiB";
}

void check_space(json& checks, const vm::Settings& settings) {
    const auto bytes = os::free_space(settings.vms_dir.parent_path());
    if (!bytes) {
        checks.push_back(
            check("space", "error", "the data folder cannot be read",
                  settings.vms_dir.parent_path().string() + ": " + std::strerror(errno)));
        return;
    }
    const std::uint64_t free = *bytes >> 20U;
    checks.push_back(check("space", free < 1024 ? "warning" : "ok",
                           space_text(free) + " free for disks of VMs",
                           free < 1024 ? "VMs will see write errors when it runs out" : "",
                           free < 1024 ? "free some space on that file system" : ""));
}

} // namespace

json host_checks(const DoctorFacts& facts, const vmm::Hypervisors& hypervisors,
                 const privileged::Client& privileged) {
    json checks = json::array();
    check_tools(checks);
    check_kvm(checks);
    check_vmm(checks, facts, hypervisors);
    check_bundle(checks, facts);
    check_privilege(checks, privileged);
    check_subnet(checks, facts);
    check_space(checks, facts.settings);
    if (!facts.damaged_database.empty()) {
        checks.push_back(check("database", "warning",
                               "the database was damaged; VMs were found again in their folders",
                               "the damaged file is kept as " + facts.damaged_database,
                               "look at banger vm ls, then remove that file"));
    }
    if (facts.no_network) {
        checks.push_back(check("network", facts.settings.network_required ? "error" : "warning",
                               "VMs get no network", facts.no_network->what(),
                               facts.no_network->hint()));
    }
    for (const std::string& problem : facts.plugin_problems) {
        checks.push_back(check("plugin", "error", "plugin " + problem, "",
                               "see banger plugin ls and config.yaml"));
    }
    for (const std::string& orphan : facts.orphans) {
        checks.push_back(check("orphan", "warning", "a plugin that is not loaded held something",
                               orphan, "switch it on again: it then gives back what it held"));
    }
    return checks;
}

} // namespace banger::daemon
