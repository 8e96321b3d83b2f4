#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/noun.hpp"
#include "cli/ssh_user_config.hpp"
#include "os/run.hpp"
#include "os/ssh_include.hpp"

#include <filesystem>

namespace banger::cli {
namespace {

namespace fs = std::filesystem;

struct SetupArgs {
    std::string file;
    bool yes = false;
    bool remove = false;
    bool print = false;
};

struct PrintArgs {
    std::vector<std::string> names;
};

Json config_of(Session& session, const std::string& vm = {}) {
    return session.api().get("/v1/ssh-config" +
                             (vm.empty() ? "" : "?vm=" + api_client::encoded(vm)));
}

/// What ssh itself makes of a name of the domain now; empty when it finds us.
std::string objection(const SetupArgs& args, const std::string& domain) {
    const auto ssh = os::find_program("ssh");
    if (!ssh) {
        return "ssh is not installed: sudo apt-get install openssh-client";
    }
    std::vector<std::string> argv{ssh->string(), "-T", "-G"};
    if (!args.file.empty()) {
        argv.insert(argv.end(), {"-F", args.file});
    }
    argv.push_back("any." + domain);
    const os::Output told = os::run(argv);
    if (told.status.ok() && told.out.find("__ssh-proxy") != std::string::npos) {
        return {};
    }
    return told.err.empty() ? "it does not heed the line; see ssh -vG any." + domain
                            : told.err.substr(0, told.err.find_first_of("\r\n"));
}

int conclude(const Session& session, const SetupArgs& args, const Json& config,
             const std::string& what) {
    const std::string domain = text_at(config, "domain");
    if (const std::string why = objection(args, domain); !why.empty()) {
        session.note(session.err.yellow("warning:") + " ssh says: " + why);
        return as_int(ExitCode::failed);
    }
    const std::string with = args.file.empty() ? "ssh " : "ssh -F " + args.file + " ";
    session.print((session.out.tty ? session.out.green("✓") + " " : "") + what + ": " + with +
                  "NAME." + domain + "\n");
    return 0;
}

int add(Session& session, const SetupArgs& args, const fs::path& file, const std::string& line) {
    const SshUserConfig user(file);
    const Json config = config_of(session); // the daemon writes what is included
    if (holds_for_all(user.text(), line)) {
        return conclude(session, args, config, file.string() + " has the line already");
    }
    user.require_writable(line);
    if (!args.yes) {
        if (!session.in_is_tty || !session.err.tty) {
            throw os::Error(os::ErrorKind::invalid,
                            "nobody can be asked here about " + file.string(),
                            "banger ssh-config --yes puts this at its top: " + line);
        }
        session.note("At the top of " + file.string() + " this line:\n\n  " + line + "\n");
        if (!confirm("Add it?")) {
            session.note("nothing was changed");
            return as_int(ExitCode::failed);
        }
    }
    const SshUserConfig now(file); // it may have been changed while the question stood
    if (!holds_for_all(now.text(), line)) {
        now.require_writable(line);
        now.replace(with_first(now.text(), line));
    }
    return conclude(session, args, config, "the line is in " + file.string());
}

int remove(const Session& session, const fs::path& file, const std::string& line) {
    const SshUserConfig user(file);
    const std::string rest = without(user.text(), line);
    if (rest == user.text()) {
        session.note(file.string() + " does not have the line");
        return 0;
    }
    user.require_writable(line);
    user.replace(rest);
    session.print(
        file.string() +
        (fs::exists(file) ? " is as it was without banger" : " is gone: it held nothing else") +
        "\n");
    return 0;
}

int set_up(Session& session, const SetupArgs& args) {
    if (args.print) {
        session.print(text_at(config_of(session), "text"));
        return 0;
    }
    const fs::path file = args.file.empty() ? SshUserConfig::usual_file() : fs::path(args.file);
    const std::string line = os::ssh_include(session.paths().ssh_config());
    return args.remove ? remove(session, file, line) : add(session, args, file, line);
}

int print(Session& session, const PrintArgs& args) {
    if (args.names.empty()) {
        session.print(text_at(config_of(session), "text"));
    }
    for (const std::string& name : args.names) {
        try {
            session.print(text_at(config_of(session, name), "text"));
        } catch (const os::Error& error) {
            throw explained(session.api(), vm_noun, name, error);
        }
    }
    return 0;
}

} // namespace

void add_ssh_config(CLI::App& noun, Session& session) {
    auto args = std::make_shared<SetupArgs>();
    noun.add_flag("-y,--yes", args->yes, "Do not ask");
    CLI::Option* remove = noun.add_flag("--remove", args->remove, "Take the line out again");
    noun.add_flag("--print", args->print, "Change nothing; print what ssh would be told now")
        ->excludes(remove);
    noun.add_option("--file", args->file, "Instead of ~/.ssh/config: what ssh -F is given")
        ->type_name("FILE");
    examples(&noun,
             "  banger ssh-config               asks, then adds one Include line\n"
             "  ssh testbox.vm                  so do scp, sftp, rsync, git and VS Code\n"
             "  ssh testbox.vm -L 8080:localhost:80\n"
             "  banger ssh-config --remove\n"
             "\n"
             "The line goes to the top of ~/.ssh/config, and nothing else there is touched. What\n"
             "it includes bangerd keeps true as VMs come and go: address, user, key and the host\n"
             "key of each VM, so ssh never asks and ~/.ssh/known_hosts has no part in it.\n"
             "For a stopped VM ssh says how to start it. See also: banger vm ssh-config.");
    runs(&noun, session, args, set_up);
}

void add_vm_ssh_config(CLI::App& vm, Session& session) {
    auto args = std::make_shared<PrintArgs>();
    CLI::App* verb = vm.add_subcommand("ssh-config", "Print what ssh needs, as ssh_config(5)");
    verb->add_option("NAME", args->names, "VMs (default: all)");
    examples(verb, "  banger vm ssh-config testbox >config && ssh -F config testbox.vm\n"
                   "Once and for all VMs: banger ssh-config.");
    runs(verb, session, args, print);
}

} // namespace banger::cli
