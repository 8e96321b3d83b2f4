#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/foreground.hpp"
#include "cli/guest_exec.hpp"
#include "cli/guest_text.hpp"
#include "cli/noun.hpp"
#include "cli/ssh_command.hpp"

#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/temporary_dir.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace banger::cli {
namespace {

struct SshArgs {
    std::string name;
    std::string user;
};

struct ExecArgs {
    std::string name;
    std::string user;
    bool tty = false;
    bool no_tty = false;
    bool agent = false;
};

struct CopyArgs {
    std::vector<std::string> ends;
    bool recursive = false; ///< as it is without
    bool agent = false;
};

SshTarget target_of(Session& session, const std::string& name, const std::string& user = {}) {
    SshTarget target = ssh_target_of(get_one(session.api(), vm_noun, name, "/ssh"));
    if (!user.empty()) {
        target.user = user;
        target.control_path.clear(); // the shared connection is the other user's
    }
    return target;
}

void farewell(const Session& session, const std::string& name) {
    try {
        const auto api = session.running_api();
        if (!api) {
            return;
        }
        const Json vm = api->get(vm_noun.target(name));
        const std::string state = text_at(vm, "state");
        session.note(state == "running" ? still_running_text(vm) : name + " is " + state);
    } catch (const os::Error&) { // deleted meanwhile
        session.note(name + " is gone");
    }
}

/// ssh only says "Permission denied" of a user that is not there or lacks the key.
int with_hint(const Session& session, int status, const std::string& name,
              const std::string& user) {
    if (status == ssh_failed && !user.empty()) {
        session.note(session.err.yellow("hint:") + " if the login was refused: has " + name +
                     " a user " + user + " with root's ~/.ssh/authorized_keys? banger vm exec " +
                     name + " -- id " + user);
    }
    return status;
}

/// ssh has said what it met; what to do about a guest without SSH it does not know.
int with_other_way(const Session& session, int status, const std::string& name) {
    if (status == ssh_failed) {
        session.note(session.err.yellow("hint:") + " if " + name +
                     " does not answer SSH: banger vm exec --agent " + name +
                     " -- systemctl status ssh, or: banger vm console " + name);
    }
    return status;
}

/// ssh is silent of a connection that breaks off. A command may end with its status, too: then the
/// VM is as it was.
int with_break(const Session& session, int status, SshTarget target, const std::string& name) {
    if (status != ssh_failed) {
        return status;
    }
    std::string state = "gone";
    try {
        const auto api = session.running_api();
        state = api ? text_at(api->get(vm_noun.target(name)), "state") : "running";
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): deleted meanwhile
    }
    target.control_path.clear(); // its other end is on this machine
    if (state != "running" || !ssh_answers(target)) {
        session.note(session.err.yellow("note:") + " the connection to VM " + name +
                     " broke off; " +
                     (state == "running" ? "the guest may be going down" : "it is " + state));
    }
    return status;
}

int ssh(Session& session, const SshArgs& args) {
    const SshTarget target = target_of(session, args.name, args.user);
    const std::vector<std::string> argv = ssh_argv(target, session.tail);
    if (!session.in_is_tty || !is_interactive(session.tail)) {
        // With options of his own (-f, -W) the user wants ssh itself.
        const bool own_options = !session.tail.empty() && session.tail.front() != "--" &&
                                 session.tail.front().starts_with("-");
        if (!session.out.tty && !own_options) {
            return with_hint(session, run_checked(session, argv), args.name, args.user);
        }
        become(argv);
    }
    const int status = run_beside(argv);
    farewell(session, args.name);
    return with_other_way(session, with_hint(session, status, args.name, args.user), args.name);
}

/// By the agent, where SSH does not answer and something in the guest does.
std::optional<int> exec_without_ssh(Session& session, const SshTarget& target,
                                    const GuestProgram& program) {
    if (ssh_answers(target)) {
        return std::nullopt;
    }
    try {
        const int status = run_in_guest(session, program);
        session.note(session.err.yellow("note:") + " " + program.vm +
                     " does not answer SSH; this went by its agent");
        return status;
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::unavailable) {
            throw;
        }
        return std::nullopt; // ssh says why
    }
}

/// Who asked for the agent may not know that there is another way.
int exec_by_agent(Session& session, const GuestProgram& program) {
    try {
        return run_in_guest(session, program);
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::unavailable) {
            throw;
        }
        throw os::Error(error.kind(), error.what(),
                        error.hint() + (error.hint().empty() ? "" : "; ") +
                            "without --agent it goes by SSH");
    }
}

int exec(Session& session, const ExecArgs& args) {
    if (session.tail.empty()) {
        throw os::Error(os::ErrorKind::invalid, "no command given",
                        "banger vm exec " + args.name + " -- uname -a");
    }
    const bool tty = args.tty || (!args.no_tty && session.in_is_tty && session.out.tty);
    const GuestProgram program{args.name, args.user, tty, session.tail};
    if (args.agent) {
        return exec_by_agent(session, program);
    }
    const SshTarget target = target_of(session, args.name, args.user);
    if (const auto status = exec_without_ssh(session, target, program)) {
        return *status;
    }
    const std::vector<std::string> argv = exec_argv(target, tty, session.tail);
    const int status = tty || session.out.tty ? run_beside(argv) : run_checked(session, argv);
    return with_hint(session, with_break(session, status, target, args.name), args.name, args.user);
}

/// scp would say it after it has asked the VM, and end with the status of a broken connection.
void check_local(const std::vector<CopyEnd>& ends) {
    namespace fs = std::filesystem;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const bool source = i + 1 < ends.size();
        const fs::path path = ends[i].path;
        std::error_code error;
        if (!ends[i].vm.empty() || fs::exists(path, error)) {
            continue;
        }
        if (source && fs::is_symlink(path, error)) { // scp follows it
            throw os::Error(os::ErrorKind::not_found, "'" + path.string() + "' is a symlink to '" +
                                                          fs::read_symlink(path, error).string() +
                                                          "', which is not there");
        }
        if (source) {
            throw os::Error(os::ErrorKind::not_found,
                            "no file '" + path.string() + "' on this machine",
                            "write NAME:PATH for a path in a VM");
        }
        // One folder may become "new/", as with scp; what the source is only its VM knows.
        const fs::path named = !path.has_filename() && ends.size() == 2 ? path.parent_path() : path;
        const fs::path folder = named.has_filename() ? named.parent_path() : named;
        if (!folder.empty() && !fs::is_directory(folder, error)) {
            throw os::Error(os::ErrorKind::not_found,
                            "no folder '" + folder.string() + "' on this machine to copy to");
        }
    }
}

/// "; did you mean 'testbox:'?" when one of them is the name of a VM and lacks only the colon.
std::string meant_vm(const Session& session, const std::vector<std::string>& ends) {
    try {
        const auto api = session.running_api();
        const auto known = api ? names(*api, vm_noun) : std::vector<std::string>();
        for (const std::string& end : ends) {
            if (std::find(known.begin(), known.end(), end) != known.end()) {
                return "; did you mean '" + end + ":'?";
            }
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): a courtesy
    }
    return {};
}

/// Whether its agent was heard and is not silent: it can be asked where SSH does not answer.
bool is_heard(Session& session, const std::string& vm) {
    const std::string state =
        text_at(value_at(get_one(session.api(), vm_noun, vm), "guest"), "state");
    return !state.empty() && state != "silent" && state != "away";
}

/// The program that copies by agents takes the place of this one.
[[noreturn]] void copy_by_agent(const CopyArgs& args) {
    std::vector<std::string> argv{(os::installation().libexec / "banger-copy").string()};
    argv.insert(argv.end(), args.ends.begin(), args.ends.end());
    become(argv);
}

int copy(Session& session, const CopyArgs& args) {
    std::vector<CopyEnd> ends;
    std::vector<std::pair<std::string, SshTarget>> targets;
    for (const std::string& text : args.ends) {
        ends.push_back(copy_end_of(text));
    }
    if (ends.size() < 2) {
        throw os::Error(os::ErrorKind::invalid, "copy from where to where?",
                        "banger vm cp SOURCE... DESTINATION, with NAME:PATH for a path in a VM");
    }
    if (std::all_of(ends.begin(), ends.end(), [](const CopyEnd& end) { return end.vm.empty(); })) {
        throw os::Error(os::ErrorKind::invalid,
                        "neither end is in a VM" + meant_vm(session, args.ends),
                        "write NAME:PATH for a path in a VM");
    }
    check_local(ends);
    for (const CopyEnd& end : ends) {
        const std::string& vm = end.vm;
        const bool known = std::any_of(targets.begin(), targets.end(),
                                       [&](const auto& target) { return target.first == vm; });
        if (!vm.empty() && !known) {
            targets.emplace_back(vm, target_of(session, vm));
        }
    }
    if (args.agent) {
        copy_by_agent(args);
    }
    for (const auto& [vm, target] : targets) {
        if (!ssh_answers(target) && is_heard(session, vm)) {
            session.note(session.err.yellow("note:") + " " + vm +
                         " does not answer SSH; this goes by its agent");
            copy_by_agent(args);
        }
    }
    const bool between =
        !ends.back().vm.empty() && std::any_of(ends.begin(), ends.end() - 1,
                                               [](const CopyEnd& end) { return !end.vm.empty(); });
    if (targets.size() == 1 && !between) {
        become(scp_argv(targets.front().second, ends));
    }
    const os::TemporaryDir folder("banger-cp");
    const std::string config = (folder.path() / "ssh_config").string();
    os::write_file_atomic(config, ssh_config_text(targets));
    return run_beside(scp_argv(config, ends));
}

} // namespace

void add_vm_remote(CLI::App& vm, Session& session) {
    auto ssh_args = std::make_shared<SshArgs>();
    CLI::App* verb = vm.add_subcommand("ssh", "Log in; what follows NAME goes to ssh");
    verb->add_option("NAME", ssh_args->name, "The VM")->required();
    verb->add_option("-u,--user", ssh_args->user, "Log in as (default: root)")->type_name("USER");
    verb->add_option("ARGS", session.tail, "Options of ssh, or a command for the VM's shell");
    examples(verb, "  banger vm ssh testbox\n  banger vm ssh testbox 'ps aux | head'\n"
                   "  banger vm ssh testbox -L 8080:localhost:80\n"
                   "The exit status is the remote command's, 255 when ssh itself fails.");
    runs(verb, session, ssh_args, ssh);

    auto exec_args = std::make_shared<ExecArgs>();
    verb = vm.add_subcommand("exec", "Run a command; its words arrive as they are");
    verb->add_option("NAME", exec_args->name, "The VM")->required();
    verb->add_option("-u,--user", exec_args->user, "Log in as (default: root)")->type_name("USER");
    CLI::Option* tty = verb->add_flag("-t,--tty", exec_args->tty, "With a terminal");
    verb->add_flag("-T,--no-tty", exec_args->no_tty, "Without one")->excludes(tty);
    verb->add_flag("--agent", exec_args->agent,
                   "By the guest's agent, as happens by itself where SSH does not answer");
    verb->add_option("COMMAND", session.tail, "After --: the command and its words");
    examples(
        verb,
        "  banger vm exec testbox -- uname -a\n"
        "  banger vm exec testbox -- sh -c 'echo hi > /root/f; sync'\n"
        "  tar c . | banger vm exec testbox -- tar x -C /root\n"
        "A terminal is used when both ends are one. The exit status is the command's, 128 + N\n"
        "when signal N ended it, 255 when ssh failed, or 1 when its output could not\n"
        "be written (a full disk) and it ended with 0.");
    runs(verb, session, exec_args, exec);

    auto copy_args = std::make_shared<CopyArgs>();
    verb = vm.add_subcommand("cp", "Copy files and folders from, to and between VMs");
    verb->add_option("PATH", copy_args->ends, "SOURCE... DESTINATION; NAME:PATH is in a VM")
        ->required();
    verb->add_flag("-r,--recursive", copy_args->recursive, "Folders are copied without it, too");
    verb->add_flag("--agent", copy_args->agent,
                   "By the guest's agent, as happens by itself where SSH does not answer");
    examples(verb, "  banger vm cp notes.txt testbox:\n  banger vm cp testbox:/etc/apt ./apt\n"
                   "  banger vm cp a:/etc/hosts b:/tmp/");
    runs(verb, session, copy_args, copy);
}

} // namespace banger::cli
