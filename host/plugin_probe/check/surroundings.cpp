#include "plugin_probe/check/surroundings.hpp"

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <unistd.h>

namespace banger::plugin_probe {

namespace fs = std::filesystem;

namespace {

constexpr std::array stream_names{"standard input", "standard output", "standard error"};

const char* limit_name(std::size_t number) {
    switch (number) {
    case RLIMIT_NOFILE:
        return "RLIMIT_NOFILE";
    case RLIMIT_AS:
        return "RLIMIT_AS";
    case RLIMIT_NPROC:
        return "RLIMIT_NPROC";
    case RLIMIT_CORE:
        return "RLIMIT_CORE";
    case RLIMIT_STACK:
        return "RLIMIT_STACK";
    case RLIMIT_FSIZE:
        return "RLIMIT_FSIZE";
    default:
        return "a resource limit";
    }
}

/// Without a directory stream, which would take the number of one that is closed.
std::string open_on(std::size_t fd) {
    std::array<char, 256> target{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    return size < 0 ? "closed" : std::string(target.data(), static_cast<std::size_t>(size));
}

} // namespace

Surroundings Surroundings::now() {
    Surroundings found;
    std::error_code code;
    found.folder = fs::current_path(code).string();
    found.locale = std::setlocale(LC_ALL, nullptr);
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        found.environment.emplace_back(*entry);
    }
    std::sort(found.environment.begin(), found.environment.end());
    found.umask = ::umask(0);
    ::umask(found.umask);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) == 0) {
            found.handlers.at(static_cast<std::size_t>(number)) = action.sa_handler;
        }
    }
    for (std::size_t fd = 0; fd < found.streams.size(); ++fd) {
        found.streams.at(fd) = open_on(fd);
    }
    for (std::size_t number = 0; number < found.limits.size(); ++number) {
        ::getrlimit(static_cast<__rlimit_resource>(number), &found.limits.at(number));
    }
    return found;
}

std::vector<std::string> Surroundings::changed_since(const Surroundings& before) const {
    std::vector<std::string> changes;
    if (folder != before.folder) {
        changes.push_back("the working folder is now " + folder);
    }
    if (locale != before.locale) {
        changes.push_back("the locale is now " + locale);
    }
    if (umask != before.umask) {
        changes.emplace_back("the umask is another");
    }
    for (const std::string& entry : environment) {
        if (!std::binary_search(before.environment.begin(), before.environment.end(), entry)) {
            changes.push_back("the environment has now " + entry.substr(0, entry.find('=')));
        }
    }
    if (environment.size() < before.environment.size()) {
        changes.emplace_back("the environment lost a variable");
    }
    for (std::size_t number = 1; number < handlers.size(); ++number) {
        if (handlers.at(number) != before.handlers.at(number)) {
            changes.push_back(std::string("the handler of ") +
                              ::strsignal(static_cast<int>(number)) + " is another");
        }
    }
    for (std::size_t fd = 0; fd < streams.size(); ++fd) {
        if (streams.at(fd) != before.streams.at(fd)) {
            changes.push_back(std::string(stream_names.at(fd)) + " is now " + streams.at(fd));
        }
    }
    for (std::size_t number = 0; number < limits.size(); ++number) {
        const rlimit& now = limits.at(number);
        const rlimit& then = before.limits.at(number);
        if (now.rlim_cur != then.rlim_cur || now.rlim_max != then.rlim_max) {
            changes.push_back(std::string(limit_name(number)) + " is another");
        }
    }
    return changes;
}

Holdings Holdings::now() {
    Holdings found;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", code)) {
        const int fd = std::stoi(entry.path().filename());
        const fs::path target = fs::read_symlink(entry.path(), code);
        if (!code && target.string().find("/proc/") == std::string::npos) {
            found.descriptors[fd] = target.string();
        }
    }
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/task", code)) {
        ++found.threads;
    }
    return found;
}

std::vector<std::string> Holdings::more_than(const Holdings& before) const {
    std::vector<std::string> left;
    for (const auto& [fd, target] : descriptors) {
        const auto found = before.descriptors.find(fd);
        if (found == before.descriptors.end()) {
            left.push_back("descriptor " + std::to_string(fd) + " on " + target);
        }
    }
    if (threads > before.threads) {
        left.push_back(std::to_string(threads - before.threads) + " threads more than before");
    }
    return left;
}

std::vector<std::string> threads_open_to_signals() {
    std::vector<std::string> open;
    // Those that a fault of the thread itself raises come whatever is blocked.
    unsigned long long wanted = 0;
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,
                             SIGCHLD, SIGWINCH, SIGIO}) {
        wanted |= 1ULL << static_cast<unsigned>(number - 1);
    }
    std::error_code code;
    for (const auto& entry : fs::directory_iterator("/proc/self/task", code)) {
        if (entry.path().filename() == std::to_string(::gettid())) {
            continue;
        }
        std::ifstream status(entry.path() / "status");
        std::string name;
        unsigned long long blocked = ~0ULL; // a thread that has ended meanwhile
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("Name:\t")) {
                name = line.substr(6);
            } else if (line.starts_with("SigBlk:\t")) {
                blocked = std::stoull(line.substr(8), nullptr, 16);
            }
        }
        if ((blocked & wanted) != wanted) {
            open.push_back(name);
        }
    }
    return open;
}

} // namespace banger::plugin_probe
