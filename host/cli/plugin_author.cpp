#include "cli/command.hpp"
#include "cli/foreground.hpp"
#include "cli/plugin_project.hpp"

#include "os/paths.hpp"

#include <filesystem>
#include <system_error>

namespace banger::cli {
namespace {

struct NewArgs {
    std::string name;
    std::string dir;
    bool c = false;
};

struct CheckArgs {
    std::string file;
    std::string config;
    std::string options;
    bool json = false;
    bool run_programs = false;
};

int write_new(Session& session, const NewArgs& args) {
    const os::Installation& here = os::installation();
    const std::filesystem::path templates =
        here.build_tree ? here.source / "sdk" / "templates" : here.share / "sdk" / "templates";
    const std::string folder = args.dir.empty() ? args.name : args.dir;
    const auto files =
        write_plugin_project(args.name, args.c ? "c" : "cpp", folder, templates, here.plugins);
    for (const std::string& file : files) {
        session.print((std::filesystem::path(folder) / file).string() + "\n");
    }
    session.note("next: cd " + folder +
                 " && cmake -S . -B build && cmake --build build && "
                 "ctest --test-dir build");
    return 0;
}

/// The program that may load plugins takes the place of this one, which never does.
int check(Session&, const CheckArgs& args) {
    const std::filesystem::path program = os::installation().libexec / "banger-plugin";
    std::error_code code;
    if (!std::filesystem::exists(program, code)) {
        throw os::Error(os::ErrorKind::not_found, "no program " + program.string(),
                        "this installation is not complete: install banger again");
    }
    std::vector<std::string> argv{program.string(), "check"};
    if (args.json) {
        argv.emplace_back("--json");
    }
    if (args.run_programs) {
        argv.emplace_back("--run-programs");
    }
    if (!args.config.empty()) {
        argv.insert(argv.end(), {"--config", args.config});
    }
    if (!args.options.empty()) {
        argv.insert(argv.end(), {"--options", args.options});
    }
    argv.push_back(args.file);
    become(argv);
}

} // namespace

void add_plugin_author(CLI::App& noun, Session& session) {
    auto make = std::make_shared<NewArgs>();
    CLI::App* verb = noun.add_subcommand("new", "Write the project of a new plugin");
    verb->add_option("NAME", make->name, "Its id: a to z, 0 to 9 and '-'")->required();
    verb->add_flag("--c", make->c, "In C, not C++");
    verb->add_option("--dir", make->dir, "The folder to make, default: NAME here")
        ->type_name("PATH");
    examples(verb, "  banger plugin new my-plugin\n"
                   "  banger plugin new my-plugin --c --dir ~/src/my-plugin");
    runs(verb, session, make, write_new);

    auto checked = std::make_shared<CheckArgs>();
    verb = noun.add_subcommand("check", "Does a plugin's file keep the rules of the host?");
    verb->add_option("FILE", checked->file, "The library, named <id>.so")->required();
    verb->add_option("--config", checked->config, "Its settings, as JSON")->type_name("JSON");
    verb->add_option("--options", checked->options, "Its options of the VMs, as JSON")
        ->type_name("JSON");
    verb->add_flag("--run-programs", checked->run_programs,
                   "Run the programs that it wants to run, really");
    json_flag(verb, checked->json);
    examples(verb, "  banger plugin check build/plugins/my-plugin.so");
    runs(verb, session, checked, check);
}

} // namespace banger::cli
