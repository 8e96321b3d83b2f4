#include "plugin_probe/check/left_processes.hpp"

#include "os/error.hpp"

#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::plugin_probe {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds patience{2};
constexpr useconds_t pause_us = 1000;

struct Seen {
    std::string name;
    char state = 'X';
    pid_t parent = 0;
};

/// /proc/PID/stat: "12 (name, which may hold anything) S 1 ...".
Seen look_at(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto open = line.find('(');
    const auto close = line.rfind(')');
    Seen seen;
    if (open == std::string::npos || close == std::string::npos || close + 4 >= line.size()) {
        return seen;
    }
    seen.name = line.substr(open + 1, close - open - 1);
    seen.state = line[close + 2];
    std::from_chars(line.data() + close + 4, line.data() + line.size(), seen.parent);
    return seen;
}

/// As the child did: its parent tells from that what the plugin has done.
[[noreturn]] void end_as(int status) {
    if (WIFSIGNALED(status)) {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        const int signal = WTERMSIG(status);
        ::signal(signal, SIG_DFL);
        sigset_t that;
        ::sigemptyset(&that);
        ::sigaddset(&that, signal);
        ::sigprocmask(SIG_UNBLOCK, &that, nullptr);
        ::raise(signal);
    }
    ::_exit(WEXITSTATUS(status));
}

} // namespace

void become_subreaper() noexcept {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); // where there is none, less is found
}

std::set<pid_t> children() {
    std::set<pid_t> found;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator("/proc", code)) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && end == name.data() + name.size() &&
            look_at(pid).parent == ::getpid()) {
            found.insert(pid);
        }
    }
    return found;
}

std::vector<std::string> end_children_but(const std::set<pid_t>& before) {
    std::vector<std::string> names;
    std::set<pid_t> told;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (bool some = true; some && std::chrono::steady_clock::now() < deadline;) {
        some = false;
        for (const pid_t pid : children()) {
            if (before.contains(pid)) {
                continue;
            }
            some = true;
            const Seen seen = look_at(pid);
            if (seen.state != 'Z' && seen.state != 'X' && told.insert(pid).second) {
                names.push_back(seen.name);
            }
            ::kill(pid, SIGKILL); // a child's number is its own until it is waited for
            ::waitpid(pid, nullptr, WNOHANG);
        }
        if (some) {
            ::usleep(pause_us);
        }
    }
    return names;
}

void go_on_in_child() {
    become_subreaper();
    sigset_t wanted;
    sigset_t before;
    ::sigemptyset(&wanted);
    ::sigaddset(&wanted, SIGTERM);
    ::sigaddset(&wanted, SIGCHLD);
    ::signal(SIGCHLD, SIG_DFL);
    ::sigprocmask(SIG_BLOCK, &wanted, &before);
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        throw os::errno_error("fork");
    }
    if (child == 0) {
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != self) {
            ::_exit(1);
        }
        return;
    }
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        if (::sigwaitinfo(&wanted, nullptr) == SIGTERM) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
            break;
        }
    }
    // Most leave nobody: then there is nothing to look for.
    siginfo_t any{};
    if (::waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) == 0) {
        static_cast<void>(end_children_but({}));
    }
    end_as(status);
}

} // namespace banger::plugin_probe
