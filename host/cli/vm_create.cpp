#include "api_client/json.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/console_text.hpp"
#include "cli/limit_flags.hpp"
#include "cli/noun.hpp"
#include "cli/policy_flags.hpp"
#include "cli/quantity.hpp"
#include "cli/ssh_user_config.hpp"
#include "cli/vm_dry_run.hpp"
#include "cli/vm_options.hpp"
#include "cli/watch.hpp"
#include "os/ssh_include.hpp"

namespace banger::cli {
namespace {

struct CreateArgs {
    std::optional<std::string> name; ///< an empty one is the daemon's to refuse
    std::string image;
    std::optional<std::int64_t> vcpus;
    std::string memory;
    std::string disk;
    std::string work_disk;
    std::string disk_mode;
    std::string vmm;
    std::string timeout;
    LimitFlags limits;
    PolicyFlags policy;
    bool detach = false;
    bool dry_run = false;
    bool json = false;
    std::unique_ptr<VmOptionFlags> options;
};

Json body_of(const CreateArgs& args) {
    Json body = Json::object();
    const auto text = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            body[key] = value;
        }
    };
    const auto size = [&](const char* key, const char* option, const std::string& value) {
        if (!value.empty()) {
            body[key] = parse_mib(option, value);
        }
    };
    if (args.name) {
        body["name"] = *args.name;
    }
    text("image", args.image);
    if (args.vcpus) {
        body["vcpus"] = *args.vcpus;
    }
    size("memory_mib", "--memory", args.memory);
    size("disk_mib", "--disk", args.disk);
    size("work_disk_mib", "--work-disk", args.work_disk);
    text("disk_mode", args.disk_mode);
    text("vmm", args.vmm);
    if (!args.timeout.empty()) {
        body["timeout_s"] = parse_seconds("--timeout", args.timeout);
    }
    args.limits.put(body);
    args.policy.put(body);
    if (Json options = args.options->values(); !options.empty()) {
        body["options"] = std::move(options);
    }
    return body;
}

/// A result that cannot be written (a full disk) must not pass for a VM that was not made.
void flush(const Session& session, const std::string& what_is_so) {
    try {
        session.flush();
    } catch (const os::Error& error) {
        throw error.with_context(what_is_so + ", but this could not be told");
    }
}

int detached(Session& session, const Json& operation, bool json) {
    const std::string id = text_at(operation, "id");
    const std::string vm = "vm " + text_at(operation, "target");
    if (json) {
        session.print_json(operation);
    } else {
        session.note(vm + " is being created; see it with: banger op watch " + id);
        session.print(id + "\n");
    }
    flush(session, vm + " is being created by operation " + id);
    return 0;
}

/// Plain ssh, where the user has set that up.
std::string way_in(const Session& session, const Json& vm) {
    try {
        const SshUserConfig user(SshUserConfig::usual_file());
        if (holds_for_all(user.text(), os::ssh_include(session.paths().ssh_config()))) {
            return "ssh " + text_at(vm, "fqdn");
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): a courtesy
    }
    return "banger vm ssh " + text_at(vm, "name");
}

void show_ready(const Session& session, const Outcome& outcome, const Json& vm) {
    if (!session.out.tty) {
        session.print(outcome.name + "\n");
        return;
    }
    const std::string address = text_at(vm, "ip");
    const std::string why = shown_line(text_at(vm, "vmm_reason"), false);
    session.print(session.out.green("✓") + " " + session.out.bold(outcome.name) +
                  " is ready after " + duration_text(outcome.seconds) +
                  (address.empty() ? "" : " at " + address) + "\n  " + way_in(session, vm) + "\n" +
                  (why.empty() ? "" : "  " + session.out.dim("with " + why) + "\n"));
}

int create(Session& session, const CreateArgs& args) {
    const Json body = body_of(args);
    if (args.dry_run) {
        return dry_run(session, body, args.json);
    }
    const auto begin = [&] { return session.api().post(vm_noun.path, body); };
    if (args.detach) {
        try {
            return detached(session, begin(), args.json);
        } catch (const os::Error& error) {
            throw in_flags(error);
        }
    }
    const auto outcomes = carry_out(session, "vm", {{args.name.value_or(""), begin}});
    const Outcome& outcome = outcomes.front();
    if (outcome.error || outcome.left_running) {
        return conclude(session, outcomes);
    }
    const Json vm = session.api().get(vm_noun.target(outcome.name));
    if (args.json) {
        session.print_json(vm);
    } else {
        show_ready(session, outcome, vm);
    }
    flush(session, "vm " + outcome.name + " was made and runs");
    for (const Json& warning : value_at(vm, "warnings")) {
        session.note(session.err.yellow("warning:") + " " + plain(warning));
    }
    return 0;
}

} // namespace

void add_vm_create(CLI::App& vm, Session& session) {
    auto args = std::make_shared<CreateArgs>();
    CLI::App* verb =
        vm.add_subcommand("create", "Create a VM and return when it can be logged in to");
    CLI::Option* name = verb->add_option("--name", args->name, "Its name; one is made up without")
                            ->type_name("NAME");
    verb->add_option("NAME", args->name, "The same as --name")->excludes(name);
    verb->add_option("--image", args->image, "Image to boot")->type_name("IMAGE");
    verb->add_option("--vcpu,--vcpus", args->vcpus, "Processors")
        ->check(whole_number())
        ->type_name("N");
    verb->add_option("--memory", args->memory, "Memory: 512M, 2G")->type_name("SIZE");
    verb->add_option("--disk", args->disk, "Root file system: 20G")->type_name("SIZE");
    verb->add_option("--work-disk", args->work_disk, "Disk mounted on /root: 20G")
        ->type_name("SIZE");
    verb->add_option("--disk-mode", args->disk_mode,
                     "overlay (shares the image) or copy (a private clone)")
        ->check(one_of({"overlay", "copy"}))
        ->type_name("MODE");
    verb->add_option("--vmm", args->vmm, "auto, firecracker or qemu")
        ->check(one_of({"auto", "firecracker", "qemu"}))
        ->type_name("VMM");
    verb->add_option("--timeout", args->timeout, "Give up and undo after this time: 90s, 5m")
        ->type_name("TIME");
    args->limits.add_to(*verb);
    args->policy.add_to(*verb);
    CLI::Option* detach =
        verb->add_flag("-d,--detach", args->detach, "Do not wait; print the operation's id");
    verb->add_flag("--dry-run", args->dry_run,
                   "Make nothing; show the VM and its guest's configuration, or why it is refused")
        ->excludes(detach);
    json_flag(verb, args->json);
    const bool wanted = session.words.size() > 1 && session.words[1] == "create";
    args->options = std::make_unique<VmOptionFlags>(*verb, wanted ? vm_options(session)
                                                                  : std::vector<VmOption>());
    examples(verb, "  banger vm create --name testbox\n"
                   "  banger vm create --name big --vcpu 4 --memory 4G --disk 40G\n"
                   "  banger vm create --name night --idle-stop 30m --max-lifetime 8h\n"
                   "  banger vm create --name testbox --dry-run\n"
                   "  NAME=$(banger vm create) && banger vm exec $NAME -- uname -a\n"
                   "\n" +
                       std::string(plain_numbers) +
                       "\nWhat is left out is taken from the configuration: banger config show." +
                       (wanted ? options_to_come(session) : ""));
    runs(verb, session, args, create);
}

} // namespace banger::cli
