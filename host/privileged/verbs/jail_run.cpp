#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/passed_files.hpp"
#include "privileged/arguments.hpp"
#include "privileged/jail_cgroup.hpp"
#include "privileged/jail_files.hpp"
#include "privileged/jail_lease.hpp"
#include "privileged/jail_list.hpp"
#include "privileged/jail_process.hpp"
#include "privileged/jail_request.hpp"
#include "privileged/jail_root.hpp"
#include "privileged/jailer_file.hpp"
#include "privileged/ownership.hpp"
#include "privileged/step_lock.hpp"
#include "privileged/tap_device.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <csignal>
#include <memory>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;
using namespace std::chrono_literals;

constexpr unsigned step_time_s = 30; ///< as main() has it for every verb

void hand_over_taps(const JailRequest& request, uid_t jail, Context& context) {
    for (const std::string& name : request.taps) {
        const auto link = net::find_link(context.netlink, name);
        // By its alias it is given back: one without would stay the jail's.
        const bool marked = link && Ownership::parse(link->alias);
        if (!marked || !is_own_tap(*link, context.caller)) {
            throw Error(link ? ErrorKind::conflict : ErrorKind::not_found,
                        link ? "interface " + name + " is not a tap of yours"
                             : "there is no tap " + name);
        }
        TapDevice::attach(name).give(jail);
    }
}

JailLease take_lease(const JailRequest& request, Context& context) {
    const StepLock lock = StepLock::take();
    (void)clean_jails(context.netlink);
    return JailLease::take(request.first_uid, context.caller, request.id);
}

/// A descriptor that lives on in the jail must keep nothing else alive: were it the other end of
/// our socket, or had it that in its queue, the VMM would have no end.
void require_kept(const os::UniqueFd& file, bool stream) {
    struct stat info {};
    const bool plain =
        ::fstat(file.get(), &info) == 0 &&
        (S_ISREG(info.st_mode) || (stream && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode))));
    if (!plain) {
        throw Error(ErrorKind::invalid,
                    stream ? "a standard stream of the VMM is no pipe, file or terminal"
                           : "a lock that is to be kept is on no regular file");
    }
}

/// The jailer's command line. Nothing in it is the caller's but the VM's id and where Firecracker
/// is.
std::vector<std::string> command_line(const JailPrograms& programs, const std::string& vm,
                                      uid_t jail) {
    const std::string user = std::to_string(jail);
    return {programs.jailer, "--id",    vm,           "--exec-file",  programs.firecracker,
            "--uid",         user,      "--gid",      user,           "--chroot-base-dir",
            jail_folder,     "--",      "--api-sock", "/vm/api.sock", "--log-path",
            "/vm/vmm.log",   "--level", "Warning"};
}

std::unique_ptr<JailProcess> start(const JailRequest& request, const JailPrograms& programs,
                                   const JailLease& lease, Context& context) {
    JailStart begin;
    begin.jailer = command_line(programs, request.id, lease.uid());
    begin.base = jail_folder;
    begin.root = jail_root_of(begin.base, programs.firecracker, request.id);
    begin.lease = lease.fd();
    // Without the lock: a file system of the caller's may let us wait.
    JailFiles files(context.caller, lease.uid());
    for (std::size_t i = 0; i < context.files.size(); ++i) {
        if (i < jail_streams) {
            require_kept(context.files[i], true);
            begin.streams.at(i) = std::move(context.files[i]);
        } else if (i < jail_streams + request.files) {
            begin.mounts.push_back(files.mount(context.files[i]));
        } else {
            require_kept(context.files[i], false);
            begin.kept.push_back(std::move(context.files[i]));
        }
    }
    context.files.clear();
    {
        const StepLock lock = StepLock::take();
        begin.cgroup = make_jail_cgroup(lease.uid(), request.limits);
        hand_over_taps(request, lease.uid(), context);
    }
    return std::make_unique<JailProcess>(std::move(begin));
}

/// Who goes down with the machine, or has its terminal closed, is the VM's supervisor: it ends the
/// guest in order, and us by its end of the socket.
void leave_signals_to_the_caller() {
    for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE}) {
        ::signal(signal, SIG_IGN);
    }
}

void answer(const JailProcess& process, uid_t jail) {
    const nlohmann::json told{{"ok", true}, {"result", {{"pid", process.vmm()}, {"uid", jail}}}};
    const std::array<int, 1> files{process.sockets().get()};
    try {
        // Not to standard output: sudo puts a pipe of its own there to log it (log_output).
        os::send_line(STDIN_FILENO, told.dump(), files, 5s);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): the caller is gone, as wait() will see
    }
}

/// So that whoever started us, sudo or not, sees the VMM's own end.
[[noreturn]] void end_like(int status) {
    if (WIFSIGNALED(status)) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::signal(WTERMSIG(status), SIG_DFL);
        ::raise(WTERMSIG(status));
    }
    ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void give_back(uid_t jail, Context& context) {
    try {
        ::alarm(step_time_s);
        const StepLock lock = StepLock::take();
        release_jail(context.netlink, jail);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): jail-clean, or the next jail-run, does
    }
}

/// Our end tells that of the VMM, and what there is to take back may have to wait for a step of
/// another: so a process of its own does that. As long as it holds the lease the jail is listed as
/// one that lives.
void give_back_apart(uid_t jail, Context& context) {
    const pid_t child = ::fork();
    if (child > 0) {
        return;
    }
    if (child == 0) {
        ::setsid();
        if (const os::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC)); null) {
            for (int fd = 0; fd < 3; ++fd) { // who reads from us, sudo say, must meet an end
                ::dup2(null.get(), fd);
            }
        }
    }
    give_back(jail, context);
    if (child == 0) {
        ::_exit(0);
    }
}

nlohmann::json run(const JailRequest& request, Context& context) {
    if (context.files.size() < jail_streams + request.files) {
        throw Error(ErrorKind::invalid,
                    "the VMM's standard streams and " + std::to_string(request.files) +
                        " files are not what came: " + std::to_string(context.files.size()) +
                        " descriptors");
    }
    const JailPrograms programs = jail_programs(request.firecracker);
    const JailLease lease = take_lease(request, context);
    std::unique_ptr<JailProcess> process;
    try {
        process = start(request, programs, lease, context);
    } catch (...) {
        const Error error = os::current_error();
        give_back(lease.uid(), context);
        throw error.with_context("jail of VM " + request.id);
    }
    leave_signals_to_the_caller();
    ::alarm(0);
    answer(*process, lease.uid());
    const int status = process->wait(STDIN_FILENO);
    give_back_apart(lease.uid(), context);
    end_like(status);
}

} // namespace

Action parse_jail_run(Arguments& arguments) {
    return [request = parse_jail_request(arguments)](Context& context) {
        return run(request, context);
    };
}

} // namespace banger::privileged
