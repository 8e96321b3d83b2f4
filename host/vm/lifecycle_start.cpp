#include "vm/lifecycle.hpp"

#include "image/initrd.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"
#include "supervisor/client.hpp"
#include "vm/boot_report.hpp"
#include "vm/drive_files.hpp"
#include "vm/guest_config_view.hpp"
#include "vm/guest_setup.hpp"
#include "vm/left_over.hpp"
#include "vm/readiness.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// Everything that a launch needs, copied from the loop's state for the pool.
struct LaunchFacts {
    store::VmRow row;
    VmView view;
    std::optional<image::Image> image; ///< as it is now; the VM may boot from an older one
    image::Bundle bundle;
    MachinePaths paths;
    std::optional<vmm::Vsock> vsock; ///< else the agent is reached by the serial port
};

/// What of it is for the VMM to boot.
struct Boot {
    image::Image image;
    std::shared_ptr<GuestConfig> config;
};

/// What the pool has made of a launch.
struct Attempt {
    std::optional<supervisor::Supervised> process; ///< none: another VM has its context id
    vmm::SupervisorPlan plan;
    std::string why; ///< this VMM
};

vmm::LaunchSpec launch_spec(const LaunchFacts& facts, const Boot& boot, const Settings& settings) {
    vmm::LaunchSpec spec;
    spec.id = facts.row.id;
    spec.name = facts.row.name;
    spec.dir = facts.paths.dir;
    spec.run_dir = facts.paths.run;
    spec.vcpus = static_cast<std::uint32_t>(facts.row.vcpus);
    spec.memory_mib = static_cast<std::uint64_t>(facts.row.memory_mib);
    // The ELF kernel boots without unpacking itself first.
    spec.kernel = boot.image.kernel_elf.empty() ? boot.image.kernel : boot.image.kernel_elf;
    spec.initrd = facts.paths.initrd();
    spec.kernel_args = boot.config->kernel_args();
    const auto limit = [](std::int64_t bytes, std::int64_t ops) {
        return vmm::RateLimit{static_cast<std::uint64_t>(bytes), static_cast<std::uint64_t>(ops)};
    };
    const auto of_disks = limit(facts.row.disk_bytes_per_s, facts.row.disk_ops_per_s);
    for (const Drive& drive : boot.config->drives()) {
        spec.disks.push_back({drive.id, drive.path, drive.read_only, of_disks});
    }
    const auto of_nics = limit(facts.row.network_bytes_per_s, 0);
    for (const Nic& nic : boot.config->nics()) {
        spec.nics.push_back({nic.id, nic.tap, nic.mac, nic.mtu, of_nics});
    }
    spec.vsock = facts.vsock;
    spec.console_path = facts.paths.console();
    spec.console_max_bytes = settings.console_max_bytes;
    spec.stop_timeout = settings.stop_timeout;
    return spec;
}

/// "publish, nat": what was asked for of plugins that do not run now, by plugin. What an option is
/// when nobody gave it is not known without its plugin: something that is on, or a list, was asked.
std::map<std::string, std::string> without_effect(const json& options,
                                                  const std::vector<OptionSpec>& offered) {
    std::map<std::string, std::string> missed;
    for (const auto& [plugin, given] : options.items()) {
        const bool runs = std::any_of(offered.begin(), offered.end(), [&](const OptionSpec& spec) {
            return spec.plugin == plugin;
        });
        for (const auto& [name, value] : given.items()) {
            if (!runs && (value == true || (value.is_array() && !value.empty()))) {
                missed[plugin] += (missed[plugin].empty() ? "" : ", ") + name;
            }
        }
    }
    return missed;
}

constexpr int most_boots = 6;
/// Of two context ids at random one is hardly ever another VM's.
constexpr int most_cids = 8;

/// Throws when the channel that is demanded cannot be had.
vmm::AgentChannel channel_of(const Settings& settings, const vmm::Hypervisor& hypervisor) {
    vmm::AgentChannel channel =
        vmm::choose_channel(settings.agent_channel, hypervisor.capabilities(),
                            vmm::probe_vhost_vsock(settings.vhost_vsock));
    if (channel.refused) {
        const std::string other = "set qemu.agent_channel to auto or serial in config.yaml";
        throw Error(ErrorKind::unavailable, "qemu.agent_channel is vsock, but " + channel.reason,
                    channel.fix.empty() ? other : channel.fix + "; or " + other);
    }
    return channel;
}

/// Empty where the agent is reached as it is wanted.
std::string fallback_warning(const Settings& settings, const vmm::AgentChannel& channel) {
    if (channel.vsock || channel.own || settings.agent_channel == vmm::ChannelKind::serial) {
        return {};
    }
    return "the guest's agent is reached by the serial port, not by AF_VSOCK: " + channel.reason +
           (channel.fix.empty() ? "" : "; " + channel.fix);
}

/// Throws where the VMM cannot boot what the image has.
void require_kernel(const image::Image& image, const vmm::Hypervisor& hypervisor) {
    if (image.kernel_elf.empty() && !hypervisor.capabilities().packed_kernel) {
        throw Error(ErrorKind::unavailable,
                    std::string(hypervisor.name()) +
                        " needs the kernel as an ELF file (vmlinux), which the image has not",
                    "make the runtime bundle again, or register the image with one as --kernel, or "
                    "use --vmm qemu");
    }
}

std::string without_network_limit(const store::VmRow& row, const vmm::Hypervisors& vmms,
                                  bool made) {
    if (made) {
        return "banger vm set " + row.name + " --network-bandwidth off";
    }
    const bool other = std::any_of(vmms.begin(), vmms.end(), [](const auto& entry) {
        return entry->probe().usable && entry->capabilities().limits_network;
    });
    return other ? "use --vmm firecracker, or --network-bandwidth off"
                 : "use --network-bandwidth off; why Firecracker, which has such limits, cannot be "
                   "used: banger doctor";
}

/// A limit that is not kept would be worse than none.
void require_network_limit(const store::VmRow& row, const vmm::Hypervisor& hypervisor,
                           const vmm::Hypervisors& vmms, bool made) {
    if (row.network_bytes_per_s != 0 && !hypervisor.capabilities().limits_network) {
        throw Error(ErrorKind::unsupported,
                    "the VM has a network limit, and " + std::string(hypervisor.name()) +
                        " limits no network",
                    without_network_limit(row, vmms, made));
    }
}

/// Why the guest rebooted; nothing where that is not how it ended.
std::optional<std::string> why_rebooted(const Machine& machine) {
    const json exit = json::parse(machine.row.exit.value_or("{}"), nullptr, false);
    if (!machine.ended || !exit.is_object() || exit.value("cause", "") != "reboot") {
        return std::nullopt;
    }
    return reboot_reason(exit.value("console_tail", std::vector<std::string>()));
}

} // namespace

asio::awaitable<void> Lifecycle::take_cid(Ptr machine) {
    parts_.machines.new_cid(*machine);
    if (machine->state != State::creating) { // which makes its copy once it has succeeded
        co_await keep_copy(machine);
    }
}

asio::awaitable<Lifecycle::Launched> Lifecycle::launch(Operation& operation, Ptr machine,
                                                       vmm::AgentChannel channel, bool last_try) {
    const Settings& settings = parts_.settings;
    std::optional<vmm::Vsock> vsock;
    if (channel.vsock) {
        if (machine->row.cid == 0) {
            co_await take_cid(machine);
        }
        vsock = vmm::Vsock{static_cast<std::uint32_t>(machine->row.cid), os::random_hex(32)};
    }
    LaunchFacts facts{machine->row,
                      view_of(*machine, settings),
                      parts_.catalog.find(machine->row.image),
                      parts_.catalog.bundle(),
                      MachinePaths(settings, *machine),
                      std::move(vsock)};
    operation.stage("configure");
    auto config_work =
        offload(parts_.threads, [this, &settings, facts, &capabilities = parts_.capabilities,
                                 context = context_of(operation)]() mutable {
            os::make_private_dir(facts.paths.run);
            Boot built;
            built.image = boot_files_.of_vm(facts.paths.dir, image::disk_mode(facts.row.disk_mode),
                                            facts.image);
            built.config = std::make_shared<GuestConfig>(
                build_guest_config(facts.row, facts.view, facts.bundle, settings, capabilities,
                                   context, facts.vsock ? facts.vsock->key : std::string()));
            check_drive_files(*built.config, facts.paths.dir);
            keep_launched(*built.config, facts.paths);
            image::write_initrd(built.image.initramfs, built.config->guest_json().dump(),
                                facts.paths.initrd());
            return built;
        });
    const Boot boot = co_await std::move(config_work);
    json warnings = json::array();
    if (boot.config->nics().empty()) {
        if (settings.network_required) {
            throw parts_.capabilities.no_network().value_or(
                Error(ErrorKind::unavailable, "no plugin gave this VM a network card",
                      "see what they said: banger op show " + operation.id()));
        }
        warnings.push_back("no plugin gave this VM a network card; it can be reached only by "
                           "banger vm console");
    }
    for (const auto& [plugin, names] :
         without_effect(json::parse(machine->row.options), parts_.capabilities.options())) {
        const std::string warning = "plugin " + plugin +
                                    " does not run: what was set with it has no effect (" + names +
                                    ")";
        operation.log("warning", warning);
        warnings.push_back(warning);
    }
    if (const std::string warning = fallback_warning(settings, channel); !warning.empty()) {
        operation.log("warning", warning);
        warnings.push_back(warning);
    }
    machine->row.warnings = warnings.dump();

    operation.stage("launch");
    for (int tries = 1;; ++tries) {
        auto started_work = offload(parts_.threads, [&settings, facts, boot, last_try,
                                                     hypervisors = parts_.hypervisors,
                                                     jails = parts_.jails] {
            const auto vmms = hypervisors();
            const vmm::Choice choice = vmm::choose(facts.row.vmm, *vmms);
            require_kernel(boot.image, *choice.hypervisor);
            std::error_code code;
            std::filesystem::remove(facts.paths.console(), code); // the last boot's
            vmm::LaunchSpec spec = launch_spec(facts, boot, settings);
            spec.any_timer = last_try;
            spec.jail = jails.of(*choice.hypervisor);
            const auto plan = choice.hypervisor->plan(spec);
            return Attempt{supervisor::try_launch(plan, settings.banger_vm), plan, choice.reason};
        });
        const Attempt started = co_await std::move(started_work);
        if (started.process) {
            operation.log("info", "it runs with " + started.why);
            machine->vmm_reason = started.why;
            machine->row.accel = started.plan.accel;
            machine->row.vmm = machine->row.vmm == "auto" ? "auto" : started.plan.driver;
            co_return Launched{*started.process, !boot.config->nics().empty()};
        }
        const std::string taken = "another VM of this machine has the vsock context id " +
                                  std::to_string(machine->row.cid);
        if (tries == most_cids) {
            throw Error(ErrorKind::exhausted, taken + ", and so it was with those before");
        }
        operation.log("info", taken + "; another one is taken");
        co_await take_cid(machine);
        facts.vsock->cid = static_cast<std::uint32_t>(machine->row.cid);
    }
}

/// A VMM that cannot be used, or has no way to the agent, is told before anything is made for the
/// VM. `made`: the VM is there, and not only asked for.
asio::awaitable<vmm::AgentChannel> Lifecycle::require_vmm(store::VmRow row, bool made) {
    auto work = offload(parts_.threads, [row, made, &settings = parts_.settings,
                                         hypervisors = parts_.hypervisors, jails = parts_.jails] {
        const auto vmms = hypervisors();
        const auto* hypervisor = vmm::choose(row.vmm, *vmms).hypervisor;
        require_network_limit(row, *hypervisor, *vmms, made);
        (void)jails.of(*hypervisor);
        return channel_of(settings, *hypervisor);
    });
    co_return co_await std::move(work);
}

/// A guest may reboot before it is ready: to finish its set-up, or because its kernel's timer came
/// up wrong on a busy host. It is started again, as one that reboots later is.
asio::awaitable<void> Lifecycle::bring_up(Operation& operation, Ptr machine, Deadline deadline) {
    for (int tries = 1;; ++tries) {
        const auto last_start = machine->row.started_at;
        std::exception_ptr failure;
        try {
            co_await boot_once(operation, machine, deadline, tries == most_boots);
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) {
            co_return;
        }
        const bool ran = machine->row.started_at != last_start;
        const auto why = ran ? why_rebooted(*machine) : std::nullopt;
        bool again = tries < most_boots && !operation.cancelled() && why;
        if (again) {
            operation.log("info", "the guest rebooted before it was ready (" + *why +
                                      "); it is started again");
            operation.stage("reboot");
            again = co_await take_down(operation, machine, Phase::start);
        }
        if (!again) {
            std::rethrow_exception(failure);
        }
    }
}

asio::awaitable<void> Lifecycle::boot_once(Operation& operation, Ptr machine, Deadline deadline,
                                           bool last_try) {
    operation.stage("network");
    const vmm::AgentChannel channel =
        co_await require_vmm(machine->row, machine->state != State::creating);
    co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
        capabilities.run(Hook::before_start, view, context);
    });
    const Launched launched = co_await launch(operation, machine, channel, last_try);
    machine->row.started_at = os::now_ms();
    machine->row.ready_at.reset();
    machine->row.exit.reset();
    co_await attach(machine, launched.process);
    parts_.machines.save(*machine);
    // The guest boots, whatever is done beside it. Not before attach(): a stage may throw that the
    // operation was cancelled, and a VMM that is not attached would be forgotten.
    operation.stage("boot");
    co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
        capabilities.run(Hook::after_start, view, context);
    });
    if (launched.has_card) {
        const SshAccess access =
            ssh_access(*machine, parts_.settings, parts_.catalog.bundle().ssh_key);
        Readiness readiness(parts_.threads, parts_.capabilities, parts_.settings);
        co_await readiness.wait(operation, machine, access, deadline);
    }
    machine->row.ready_at = os::now_ms();
    machine->row.timings = operation.timings().dump();
    for (const std::string& warning : operation.warnings()) {
        add_warning(*machine, warning);
    }
    parts_.machines.set_state(*machine, State::running);
    try {
        co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
            capabilities.run(Hook::on_ready, view, context);
        });
    } catch (const Error& error) { // the VM is usable; the plugin's feature is not
        operation.warn(error.what());
        add_warning(*machine, error.what());
        parts_.machines.save(*machine);
    }
}

asio::awaitable<bool> Lifecycle::take_down(Operation& operation, Ptr machine, Phase phase) {
    const MachinePaths paths(parts_.settings, *machine);
    json warnings = json::array();
    try {
        co_await end_process(machine);
    } catch (const Error& error) { // it hangs in the kernel: nothing that it uses is given back
        operation.log("error", error.what());
        machine->row.warnings = json::array({error.what()}).dump();
        co_return false;
    }
    auto failures_work = offload(parts_.threads, [&capabilities = parts_.capabilities,
                                                  view = view_of(*machine, parts_.settings),
                                                  context = operation.rollback_context(), phase,
                                                  paths, jails = parts_.jails]() mutable {
        end_ssh_master(paths.ssh_control());
        std::vector<UndoFailure> failed;
        const auto attempt = [&failed](const auto& step) {
            try {
                step();
            } catch (const Error& error) {
                failed.push_back({"", "", error});
            }
        };
        attempt([&] { jails.clean_up(view.id); }); // its tap is the VM's again, for who gave it
        attempt([&] {
            for (UndoFailure& failure : capabilities.undo(view, phase, context)) {
                failed.push_back(std::move(failure));
            }
        });
        attempt([&] { os::remove_tree(paths.run); });
        return failed;
    });
    const auto failures = co_await std::move(failures_work);
    machine->process.reset();
    std::set<std::string> hints;
    for (const UndoFailure& failure : failures) {
        operation.log("error", failure.error.what());
        warnings.push_back("not taken back yet: " + std::string(failure.error.what()));
        hints.insert(failure.error.hint());
    }
    for (const std::string& hint : hints) { // often one remedy for all
        if (!hint.empty()) {
            warnings.push_back(hint);
        }
    }
    if (!failures.empty()) {
        machine->row.warnings = warnings.dump();
    }
    co_return failures.empty();
}

asio::awaitable<void> Lifecycle::take_back_start(Operation& operation, Ptr machine) {
    const bool clean = co_await take_down(operation, machine, Phase::start);
    if (clean) {
        if (machine->state == State::cleanup_pending) { // what they told of is over
            machine->row.warnings = json::array().dump();
        }
        parts_.machines.set_state(*machine, State::stopped);
    } else {
        hold(machine);
    }
}

asio::awaitable<void> Lifecycle::start_or_undo(Operation& operation, Ptr machine,
                                               Deadline deadline) {
    std::exception_ptr failure;
    try {
        co_await growth_.see_sizes(machine);
        co_await bring_up(operation, machine, deadline);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        begin_rollback(operation);
        co_await take_back_start(operation, machine);
        throw_failed(failure, *machine, parts_.journal);
    }
}

} // namespace banger::vm
