#include "api_client/json.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/limit_flags.hpp"
#include "cli/noun.hpp"
#include "cli/policy_flags.hpp"
#include "cli/quantity.hpp"
#include "cli/targets.hpp"
#include "cli/vm_options.hpp"

#include <algorithm>
#include <map>

namespace banger::cli {
namespace {

struct SetArgs {
    std::vector<std::string> names;
    std::optional<std::int64_t> vcpus;
    std::string memory;
    std::string disk;
    std::string work_disk;
    LimitFlags limits;
    PolicyFlags policy;
    std::unique_ptr<VmOptionFlags> options;
};

std::optional<Json> options_of(Session& session, const std::string& name) {
    try {
        return value_at(session.api().get(vm_noun.target(name)), "options");
    } catch (const os::Error&) { // whoever changes it is told
        return std::nullopt;
    }
}

/// What the lists had that these options no longer have.
void tell_gone(const Session& session, const std::string& name, const VmOption& option,
               const Json& before, const Json& after) {
    const auto list = [&](const Json& options) -> const Json& {
        return value_at(value_at(options, option.plugin.c_str()), option.name.c_str());
    };
    const Json& now = list(after);
    std::string gone;
    for (const Json& item : list(before)) {
        if (now.is_array() && std::find(now.begin(), now.end(), item) == now.end()) {
            gone += (gone.empty() ? "" : ", ") + plain(item);
        }
    }
    if (!gone.empty()) {
        session.note(name + ": " + option.flag + " no longer has " + gone +
                     (now.empty() ? "" : "; a new list replaces the old one"));
    }
}

int set(Session& session, const SetArgs& args) {
    Json body = Json::object();
    if (args.vcpus) {
        body["vcpus"] = *args.vcpus;
    }
    if (!args.memory.empty()) {
        body["memory_mib"] = parse_mib("--memory", args.memory);
    }
    if (!args.disk.empty()) {
        body["disk_mib"] = parse_mib("--disk", args.disk);
    }
    if (!args.work_disk.empty()) {
        body["work_disk_mib"] = parse_mib("--work-disk", args.work_disk);
    }
    args.limits.put(body);
    args.policy.put(body);
    if (Json options = args.options->values(); !options.empty()) {
        body["options"] = std::move(options);
    }
    if (body.empty()) {
        throw os::Error(os::ErrorKind::invalid, "nothing to set",
                        "banger vm set --help lists what can be");
    }
    const std::vector<VmOption> lists = args.options->lists();
    std::map<std::string, std::optional<Json>> before;
    for (const std::string& name : lists.empty() ? std::vector<std::string>() : args.names) {
        before[name] = options_of(session, name);
    }
    const int code = change_all(session, vm_noun, "vm", args.names, "set",
                                [&body](Api& api, const std::string& name) {
                                    return api.patch(vm_noun.target(name), body);
                                });
    for (const auto& [name, options] : before) {
        const auto after = options ? options_of(session, name) : std::nullopt;
        for (const VmOption& list : after ? lists : std::vector<VmOption>()) {
            tell_gone(session, name, list, *options, *after);
        }
    }
    return code;
}

} // namespace

void add_vm_set(CLI::App& vm, Session& session) {
    auto args = std::make_shared<SetArgs>();
    CLI::App* verb = vm.add_subcommand("set", "Change VMs; live where the option can be");
    verb->add_option("NAME", args->names, "One VM or several")->required();
    verb->add_option("--vcpu,--vcpus", args->vcpus, "Processors, while it is stopped")
        ->check(whole_number())
        ->type_name("N");
    verb->add_option("--memory", args->memory, "Memory, while it is stopped: 512M, 2G")
        ->type_name("SIZE");
    verb->add_option("--disk", args->disk, "The system disk grows to: 20G; also while it runs")
        ->type_name("SIZE");
    verb->add_option("--work-disk", args->work_disk, "The disk of /root grows to, the same way")
        ->type_name("SIZE");
    args->limits.add_to(*verb, "; while it is stopped");
    args->policy.add_to(*verb);
    const bool wanted = session.words.size() > 1 && session.words[1] == "set";
    args->options = std::make_unique<VmOptionFlags>(
        *verb, wanted ? vm_options(session) : std::vector<VmOption>(), "; replaces what was set");
    examples(verb, "  banger vm set testbox --memory 2G\n"
                   "  banger vm set testbox --work-disk 20G\n"
                   "  banger vm set testbox --idle-stop off --autostart last\n"
                   "\n" +
                       std::string(plain_numbers) + (wanted ? options_to_come(session) : ""));
    runs(verb, session, args, set);
}

} // namespace banger::cli
