#include "plugin_probe/check/conformance.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/join.hpp"
#include "os/signals.hpp"
#include "os/temporary_dir.hpp"
#include "os/unique_fd.hpp"
#include "plugin/binary.hpp"
#include "plugin_probe/check/actions.hpp"
#include "plugin_probe/check/cancellation.hpp"
#include "plugin_probe/check/interfaces.hpp"
#include "plugin_probe/check/left_processes.hpp"
#include "plugin_probe/check/life.hpp"
#include "plugin_probe/check/spill.hpp"
#include "plugin_probe/check/symbols.hpp"
#include "plugin_probe/check/trial.hpp"
#include "plugin_probe/check/vms.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::plugin_probe {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;

namespace {

constexpr const char* left_running = "left processes";

struct Group {
    const char* name;
    void (*run)(Trial&);
};
constexpr std::array groups{
    Group{"life", try_life},       Group{"VMs", try_vms},
    Group{"undo", try_undo},       Group{"cancelling", try_cancelling},
    Group{"actions", try_actions}, Group{"the rest", try_interfaces},
};

/// What is found out without running any of the plugin's code.
bool looks_like_one(const std::string& file, std::vector<Finding>& findings) {
    try {
        plugin::check_symbols(file, file);
    } catch (const Error& error) {
        findings.push_back({Verdict::failed, "file", error.what(), error.hint()});
        return false;
    }
    findings.push_back({Verdict::ok, "file", "a shared library of this machine", {}});
    std::string others;
    for (const std::string& symbol : exported_symbols(file)) {
        if (symbol != plugin::entry_symbol) {
            others += (others.empty() ? "" : ", ") + symbol;
        }
    }
    findings.push_back(
        others.empty()
            ? Finding{Verdict::ok, "one symbol", "it exports its entry and nothing else", {}}
            : Finding{Verdict::failed, "one symbol", "it exports more than its entry: " + others,
                      "build with -fvisibility=hidden and the SDK's exports.map "
                      "(banger_add_plugin, or pkg-config --libs banger-plugin)"});
    return true;
}

void send(int fd, const json& message) {
    const std::string line = message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    if (::write(fd, line.data(), line.size()) < 0) {
        ::_exit(3); // nobody listens any more
    }
}

const Finding copy_came_back{Verdict::failed, "processes",
                             "it forks, and lets the copy of the daemon go on",
                             "a child of fork() runs nothing but exec or _exit; programs are run "
                             "with banger.exec/1"};

/// In the child: loads the plugin and runs one group.
[[noreturn]] void run_group(const std::string& file, const Wishes& wishes, const Group* group,
                            const fs::path& folder, int answer, Spill& spill) {
    ::setenv("TMPDIR", folder.c_str(), 1); // also for state folders: it goes whatever happens here
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int fault : os::fatal_signals) {
        ::signal(fault, SIG_DFL); // the parent tells how this process ended
    }
    spill.take_over(); // what the plugin prints is no part of the report
    const auto say = [answer, own = ::getpid()](const json& message) {
        const bool copy = ::getpid() != own;
        send(answer, copy ? to_json(copy_came_back) : message);
        if (copy) {
            ::_exit(0);
        }
    };
    const Trial::Tell tell = [say](const Finding& finding) { say(to_json(finding)); };
    try {
        tell({Verdict::ok, "entry", {}, {}});
        const banger_entry* entry = plugin::open_binary(file, file);
        plugin::Manifest manifest = plugin::read_manifest(file, entry);
        if (!group) {
            const bool same = fake::Host::load(file) == entry;
            tell({same ? Verdict::ok : Verdict::failed, "entry",
                  same ? manifest.id + " " + manifest.version + ", ABI 1." +
                             std::to_string(manifest.abi_minor) +
                             "; its tables, names and schemas are valid"
                       : "the entry function gives another address each time",
                  same ? "" : "it returns static data"});
            const Trial trial(std::move(manifest), wishes, tell); // the settings fit
        } else {
            Trial trial(std::move(manifest), wishes, tell);
            group->run(trial);
        }
    } catch (const std::exception& error) {
        const auto* known = dynamic_cast<const Error*>(&error);
        tell({Verdict::failed, group ? group->name : "entry", error.what(),
              known ? known->hint() : "an exception left the plugin: none may"});
    } catch (...) {
        tell({Verdict::failed, group ? group->name : "entry", "an exception left the plugin",
              "none may cross the boundary: catch it, or take plugin.hpp"});
    }
    say({{"end", true}});
    ::_exit(0);
}

std::string ended_how(int status) {
    if (WIFSIGNALED(status)) {
        return std::string("the process died of ") + ::strsignal(WTERMSIG(status));
    }
    return "the process was ended with status " + std::to_string(WEXITSTATUS(status));
}

/// Reads what the child tells, until it says that it is through, or has ended.
class Listener {
  public:
    Listener(int fd, int pidfd, Spill& spill, std::vector<Finding>& findings)
        : fd_(fd), pidfd_(pidfd), spill_(spill), findings_(findings) {}

    /// False: it was silent for too long. A descriptor that something else holds, or that it has
    /// closed, says nothing of its end.
    bool listen(std::chrono::milliseconds patience) {
        os::Deadline until = std::chrono::steady_clock::now() + patience;
        for (;;) {
            std::array<pollfd, 3> fds{
                {{fd_, POLLIN, 0}, {pidfd_, POLLIN, 0}, {spill_.fd(), POLLIN, 0}}};
            const int ready = ::poll(fds.data(), fds.size(), os::poll_time(until));
            if (ready < 0 && errno != EINTR) {
                throw os::errno_error("poll");
            }
            const bool over = ready > 0 && fds[1].revents != 0; // then all that it said is there
            spill_.forward();
            if (read_all()) {
                until = std::chrono::steady_clock::now() + patience;
            }
            if (ended || over) {
                return true;
            }
            if (std::chrono::steady_clock::now() >= until) {
                return false;
            }
        }
    }
    bool ended = false;
    std::string check = "entry"; ///< what was looked at last

  private:
    /// What is there now; true when it was something.
    bool read_all() {
        std::array<char, 4096> bytes{};
        bool some = false;
        while (fd_ >= 0) {
            const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
            if (got == 0) {
                fd_ = -1; // poll() would not wait any more
            }
            if (got <= 0) {
                break;
            }
            some = true;
            text_.append(bytes.data(), static_cast<std::size_t>(got));
        }
        for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
            line(text_.substr(0, end));
            text_.erase(0, end + 1);
        }
        return some;
    }
    void line(const std::string& text) {
        const json message = json::parse(text, nullptr, false);
        if (!message.is_object()) {
            return;
        }
        if (message.contains("end")) {
            ended = true;
            return;
        }
        Finding finding = finding_from(message);
        check = finding.check;
        const bool again = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& one) {
            return one.check == copy_came_back.check && one.text == finding.text;
        });
        if (!finding.text.empty() && !again) {
            findings_.push_back(std::move(finding));
        }
    }
    int fd_, pidfd_;
    Spill& spill_;
    std::vector<Finding>& findings_;
    std::string text_;
};

std::string own_path() {
    std::error_code unknown;
    const fs::path path = fs::read_symlink("/proc/self/exe", unknown);
    return unknown ? "banger-plugin" : path.string();
}

/// What a group that came to its end has left outside of its process.
void add_traces(Spill& spill, const std::vector<std::string>& processes, bool whole,
                std::vector<Finding>& findings) {
    spill.forward();
    const auto told = [&](const char* check) {
        return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
            return finding.verdict == Verdict::failed && finding.check == check;
        });
    };
    if (whole && !processes.empty() && !told(left_running)) {
        findings.push_back(
            {Verdict::failed, left_running,
             "processes that it started run on after its end: " + os::join(processes),
             "end what you start, at the latest in destroy; banger.exec/1 does"});
    }
    if (spill.too_much() && !told("output")) {
        findings.push_back({Verdict::failed, "output",
                            "it prints more than 64 KiB; the rest is not shown",
                            "what is to be read goes to the log of the host: call.log()"});
    }
}

bool in_child(const std::string& file, const Wishes& wishes, const Group* group,
              std::vector<Finding>& findings) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw os::errno_error("pipe");
    }
    os::UniqueFd read(ends[0]);
    os::UniqueFd write(ends[1]);
    ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
    const os::TemporaryDir folder;
    Spill spill;
    become_subreaper();
    const std::set<pid_t> before = children();
    const pid_t child = ::fork();
    if (child < 0) {
        throw os::errno_error("fork");
    }
    if (child == 0) {
        ::setsid(); // it is ended with all that it starts
        read.reset();
        run_group(file, wishes, group, folder.path(), write.get(), spill);
    }
    write.reset();
    spill.only_read();
    const os::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!pidfd) {
        const Error error = os::errno_error("pidfd_open");
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        throw error;
    }
    Listener listener(read.get(), pidfd.get(), spill, findings);
    const bool spoke = listener.listen(wishes.patience);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    add_traces(spill, end_children_but(before), spoke && listener.ended, findings);
    if (!spoke) {
        findings.push_back({Verdict::failed, listener.check,
                            "no return within " + std::to_string(wishes.patience.count()) + " s",
                            "poll call_cancel_fd() in every wait"});
    } else if (!listener.ended) {
        findings.push_back({Verdict::failed, listener.check, ended_how(status),
                            "run it in a debugger: gdb -ex 'set follow-fork-mode child' --args " +
                                own_path() + " check " + file});
    }
    return spoke && listener.ended;
}

} // namespace

std::vector<Finding> try_out(const std::string& file, const Wishes& wishes) {
    std::vector<Finding> findings;
    const std::string path = fs::absolute(file).string();
    if (!looks_like_one(path, findings)) {
        return findings;
    }
    std::vector<Finding> entry;
    const bool opened = in_child(path, wishes, nullptr, entry);
    findings.insert(findings.end(), entry.begin(), entry.end());
    if (!opened || has_failed(entry)) {
        findings.push_back({Verdict::skipped, "the rest", "its entry is not usable", {}});
        return findings;
    }
    bool whole = true;
    for (const Group& group : groups) {
        whole = in_child(path, wishes, &group, findings) && whole;
    }
    const bool misused = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.check == use_of_host;
    });
    if (!misused) {
        findings.push_back(
            whole
                ? Finding{Verdict::ok, use_of_host, "every call was one that the headers allow", {}}
                : Finding{Verdict::skipped, use_of_host, "not every group came to its end", {}});
    }
    return findings;
}

} // namespace banger::plugin_probe
