#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "cli/vm_options.hpp"
#include "cli/watch.hpp"

namespace banger::cli {
namespace {

struct SetArgs {
    std::vector<std::string> names;
    int vcpus = 0;
    std::string memory;
    std::unique_ptr<VmOptionFlags> options;
};

int set(Session& session, const SetArgs& args) {
    Json body = Json::object();
    if (args.vcpus > 0) {
        body["vcpus"] = args.vcpus;
    }
    if (!args.memory.empty()) {
        body["memory_mib"] = parse_mib("--memory", args.memory);
    }
    if (Json options = args.options->values(); !options.empty()) {
        body["options"] = std::move(options);
    }
    if (body.empty()) {
        throw os::Error(os::ErrorKind::invalid, "nothing to set",
                        "banger vm set --help lists what can be");
    }
    std::vector<Change> changes;
    for (const std::string& name : args.names) {
        changes.push_back({name, [&session, &body, name] {
                               try {
                                   return session.api().patch(vm_noun.target(name), body);
                               } catch (const os::Error& error) {
                                   throw explained(session.api(), vm_noun, name, error);
                               }
                           }});
    }
    const auto outcomes = carry_out(session, "vm", changes);
    for (const Outcome& outcome : outcomes) {
        if (!outcome.error && !outcome.left_running) {
            session.print(outcome.name + " set\n");
        }
    }
    return conclude(session, outcomes);
}

} // namespace

void add_vm_set(CLI::App& vm, Session& session) {
    auto args = std::make_shared<SetArgs>();
    CLI::App* verb = vm.add_subcommand("set", "Change VMs; live where the option can be");
    verb->add_option("NAME", args->names, "One VM or several")->required();
    verb->add_option("--vcpu,--vcpus", args->vcpus, "Processors, while it is stopped")
        ->check(CLI::Range(1, 256))
        ->type_name("N");
    verb->add_option("--memory", args->memory, "Memory, while it is stopped: 512M, 2G")
        ->type_name("SIZE");
    const bool wanted = session.words.size() > 1 && session.words[1] == "set";
    args->options = std::make_unique<VmOptionFlags>(*verb, wanted ? vm_options(session)
                                                                  : std::vector<VmOption>());
    examples(verb, "  banger vm set testbox --memory 2G");
    runs(verb, session, args, set);
}

} // namespace banger::cli
