#include "plugin_probe/check/conformance.hpp"

#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/join.hpp"
#include "os/pipe.hpp"
#include "os/signals.hpp"
#include "os/temporary_dir.hpp"
#include "os/unique_fd.hpp"
#include "plugin/binary.hpp"
#include "plugin_probe/check/actions.hpp"
#include "plugin_probe/check/cancellation.hpp"
#include "plugin_probe/check/hooks.hpp"
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

enum class About { life, vms, hooks, apart };

constexpr const char* left_running = "left processes";

struct Group {
    const char* name;
    void (*run)(Trial&);
    About about;
};
constexpr std::array groups{
    Group{"life", try_life, About::life},        Group{"VMs", try_vms, About::vms},
    Group{"undo", try_undo, About::hooks},       Group{"cancelling", try_cancelling, About::hooks},
    Group{"actions", try_actions, About::apart}, Group{"the rest", try_interfaces, About::hooks},
};

Finding one_symbol(const std::string& file) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> others = exported_symbols(file);
    std::erase(others, plugin::entry_symbol);
    if (others.empty()) {
        return {Verdict::ok, "one symbol", "it exports its entry and nothing else", {}};
    }
    const std::size_t count = others.size();
    others.resize(std::min(count, shown));
    std::transform(others.begin(), others.end(), others.begin(), readable_symbol);
    return {Verdict::failed, "one symbol",
            "it exports " + std::to_string(count) + (count == 1 ? " symbol" : " symbols") +
                " more than its entry: " + os::join(others, ", ") + (count > shown ? ", ..." : ""),
            "build with -fvisibility=hidden and the SDK's exports.map "
            "(banger_add_plugin, or pkg-config --libs banger-plugin)"};
}

/// What is found out without running any of the plugin's code.
bool looks_like_one(const std::string& file, Findings& findings) {
    try {
        plugin::check_symbols(file, file);
    } catch (const Error& error) {
        findings.add({Verdict::failed, "file", error.what(), error.hint()});
        return false;
    }
    findings.add({Verdict::ok, "file", "a shared library of this machine", {}});
    findings.add(one_symbol(file));
    return true;
}

/// What the entry says, once it is known to be valid.
void tell_hooks(const plugin::Manifest& manifest, const Trial::Tell& tell) {
    const std::vector<std::string> hooks = hooks_of(manifest);
    tell({Verdict::ok, "hooks", hooks.empty() ? "none" : os::join(hooks, ", "), {}});
    for (const Finding& note : notes_on(manifest)) {
        tell(note);
    }
    tell({Verdict::ok,
          "interfaces",
          manifest.interfaces.empty() ? "none" : os::join(manifest.interfaces, ", "),
          {}});
}

/// The next step where the host's check of it says none.
std::string next_of(const Error& error) {
    const std::string_view text = error.what();
    if (!error.hint().empty()) {
        return error.hint();
    }
    if (text.ends_with(" but no undo") || text.ends_with(" but no option_undo")) {
        return "add it: it gives back what that hook took, when the operation does not come "
               "through";
    }
    if (text.starts_with("the settings") || text.starts_with("the options")) {
        return "say such as fit its schemas: --config JSON, --options JSON";
    }
    return "the SDK's headers say what a table holds, docs/plugins.md what a schema";
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
    const Trial::Calling calling = [say](const std::string& function,
                                         std::chrono::milliseconds allowed) {
        say({{"call", function}, {"allowed_ms", allowed.count()}});
    };
    bool overran = false;
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
            tell_hooks(manifest, tell);
            const Trial trial(std::move(manifest), wishes, tell, calling); // the settings fit
        } else {
            Trial trial(std::move(manifest), wishes, tell, calling);
            group->run(trial);
        }
    } catch (const Overrun&) {
        overran = true; // and told
    } catch (const std::exception& error) {
        const auto* known = dynamic_cast<const Error*>(&error);
        tell({Verdict::failed, group ? group->name : "entry", error.what(),
              known ? next_of(*known) : "an exception left the plugin: none may"});
    } catch (...) {
        tell({Verdict::failed, group ? group->name : "entry", "an exception left the plugin",
              "none may cross the boundary: catch it, or take plugin.hpp"});
    }
    say({{"end", true}, {"overran", overran}});
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
    Listener(int fd, int pidfd, Spill& spill, std::chrono::milliseconds patience,
             Findings& findings)
        : fd_(fd), pidfd_(pidfd), spill_(spill), patience_(patience), findings_(findings) {}

    /// False: it was silent for too long. A descriptor that something else holds, or that it has
    /// closed, says nothing of its end.
    bool listen() {
        os::Deadline until = std::chrono::steady_clock::now() + patience();
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
                until = std::chrono::steady_clock::now() + patience();
            }
            if (ended || over) {
                return true;
            }
            if (std::chrono::steady_clock::now() >= until) {
                return false;
            }
        }
    }
    bool ended = false, overran = false;
    std::string check = "entry"; ///< what was looked at last

    /// " in before_start", when it is in a function of the plugin.
    [[nodiscard]] std::string where() const { return call_.empty() ? "" : " in " + call_; }
    /// A function that may take as long as that is waited for a little longer.
    [[nodiscard]] std::chrono::milliseconds patience() const {
        constexpr std::chrono::seconds more{5};
        return allowed_ >= standard_patience ? std::max(patience_, allowed_ + more) : patience_;
    }

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
            overran = message.value("overran", json()) == json(true);
            return;
        }
        if (const auto call = message.find("call"); call != message.end()) {
            const json allowed = message.value("allowed_ms", json());
            call_ = call->is_string() ? call->get<std::string>() : "";
            allowed_ = std::chrono::milliseconds(
                allowed.is_number_integer() ? allowed.get<std::int64_t>() : 0);
            return;
        }
        Finding finding = finding_from(message);
        check = finding.check;
        const auto& all = findings_.all();
        const bool again = std::any_of(all.begin(), all.end(), [&](const Finding& one) {
            return one.check == copy_came_back.check && one.text == finding.text;
        });
        if (!finding.text.empty() && !again) {
            findings_.add(std::move(finding));
        }
    }
    int fd_, pidfd_;
    Spill& spill_;
    std::chrono::milliseconds patience_;
    Findings& findings_;
    std::string text_;
    std::string call_;                    ///< the function of the plugin that runs
    std::chrono::milliseconds allowed_{}; ///< and the time it has
};

std::string own_path() {
    std::error_code unknown;
    const fs::path path = fs::read_symlink("/proc/self/exe", unknown);
    return unknown ? "banger-plugin" : path.string();
}

struct End {
    bool whole = false;   ///< it came to its end
    bool overran = false; ///< a function took too long, or did not return
};

/// What a group that came to its end has left outside of its process.
void add_traces(Spill& spill, const std::vector<std::string>& processes, bool whole,
                Findings& findings) {
    spill.forward();
    const auto told = [&](const char* check) {
        const auto& all = findings.all();
        return std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
            return finding.verdict == Verdict::failed && finding.check == check;
        });
    };
    if (whole && !processes.empty() && !told(left_running)) {
        findings.add({Verdict::failed, left_running,
                      "processes that it started run on after its end: " + os::join(processes),
                      "end what you start, at the latest in destroy; banger.exec/1 does"});
    }
    if (spill.too_much() && !told("output")) {
        findings.add({Verdict::failed, "output",
                      "it prints more than 64 KiB; the rest is not shown",
                      "what is to be read goes to the log of the host: call.log()"});
    }
}

End in_child(const std::string& file, const Wishes& wishes, const Group* group,
             Findings& findings) {
    os::Pipe report = os::make_pipe();
    ::fcntl(report.read.get(), F_SETFL, O_NONBLOCK);
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
        report.read.reset();
        run_group(file, wishes, group, folder.path(), report.write.get(), spill);
    }
    report.write.reset();
    spill.only_read();
    const os::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!pidfd) {
        const Error error = os::errno_error("pidfd_open");
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        throw error;
    }
    Listener listener(report.read.get(), pidfd.get(), spill, wishes.patience, findings);
    const bool spoke = listener.listen();
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    add_traces(spill, end_children_but(before), spoke && listener.ended, findings);
    if (!spoke) {
        findings.add({Verdict::failed, listener.check,
                      "no return" + listener.where() + " within " +
                          std::to_string(listener.patience().count() / 1000) + " s",
                      "poll call_cancel_fd() in every wait"});
    } else if (!listener.ended) {
        findings.add({Verdict::failed, listener.check, ended_how(status) + listener.where(),
                      "run it in a debugger: gdb -ex 'set follow-fork-mode child' --args " +
                          own_path() + " check " + file});
    }
    return {spoke && listener.ended && !listener.overran, !spoke || listener.overran};
}

} // namespace

std::vector<Finding> try_out(const std::string& file, const Wishes& wishes,
                             Findings::Listener listener) {
    Findings findings(std::move(listener));
    const std::string path = fs::absolute(file).string();
    if (!looks_like_one(path, findings)) {
        return findings.all();
    }
    const std::size_t before = findings.all().size();
    const bool opened = in_child(path, wishes, nullptr, findings).whole;
    const auto& seen = findings.all();
    if (!opened || has_failed({seen.begin() + static_cast<std::ptrdiff_t>(before), seen.end()})) {
        findings.add({Verdict::skipped, "the rest", "its entry is not usable", {}});
        return findings.all();
    }
    bool whole = true;
    bool slow_life = false;
    bool slow_hooks = false;
    for (const Group& group : groups) {
        if (slow_life || (slow_hooks && group.about == About::hooks)) {
            findings.add(
                {Verdict::skipped, group.name, "it would wait for what takes too long again", {}});
            continue;
        }
        const End end = in_child(path, wishes, &group, findings);
        whole = whole && end.whole;
        slow_life = slow_life || (end.overran && group.about == About::life);
        slow_hooks = slow_hooks || (end.overran && group.about == About::vms);
    }
    const auto& all = findings.all();
    const bool misused = std::any_of(all.begin(), all.end(), [](const Finding& finding) {
        return finding.check == use_of_host;
    });
    if (!misused) {
        findings.add(
            whole
                ? Finding{Verdict::ok, use_of_host, "every call was one that the headers allow", {}}
                : Finding{Verdict::skipped, use_of_host, "not every group came to its end", {}});
    }
    return findings.all();
}

} // namespace banger::plugin_probe
