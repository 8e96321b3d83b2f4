#include "plugin/fatal_end.hpp"

#include "os/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <pthread.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

constexpr auto& fatal = os::fatal_signals;

// A signal handler and an exit handler have nothing but what is global.
std::atomic<FatalEnd::Note> current{nullptr};
std::atomic<pid_t> process{0}; ///< a child by fork alone inherits all of this
std::array<struct sigaction, fatal.size()> before{};

/// A stack for signal handlers, as long as the thread lives. Sanitizers bring their own.
struct SignalStack {
    SignalStack() noexcept {
        stack_t there{};
        if (::sigaltstack(nullptr, &there) != 0 || (there.ss_flags & SS_DISABLE) == 0) {
            return;
        }
        memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        const stack_t own{memory, 0, size};
        if (memory != MAP_FAILED && ::sigaltstack(&own, nullptr) != 0) {
            ::munmap(memory, size);
            memory = MAP_FAILED;
        }
    }
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;
    ~SignalStack() {
        if (memory != MAP_FAILED) {
            const stack_t none{nullptr, SS_DISABLE, 0};
            ::sigaltstack(&none, nullptr);
            ::munmap(memory, size);
        }
    }
    static constexpr std::size_t size = 128U << 10U;
    void* memory = MAP_FAILED;
};

void handle(int signal, siginfo_t* info, void* context) {
    const int saved = errno;
    // kill() and its like name their sender; faults and raise() are of this process.
    const bool own =
        (info->si_code != SI_USER && info->si_code != SI_QUEUE) || info->si_pid == ::getpid();
    if (const FatalEnd::Note note = current.load()) {
        static_cast<void>(note(signal, own));
    }
    for (std::size_t i = 0; i < fatal.size(); ++i) {
        const struct sigaction& old = before.at(i);
        if (fatal.at(i) != signal || old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
            continue;
        }
        if ((old.sa_flags & SA_SIGINFO) != 0) {
            old.sa_sigaction(signal, info, context);
        } else {
            old.sa_handler(signal);
        }
        errno = saved;
        return;
    }
    std::signal(signal, SIG_DFL);
    ::raise(signal); // it is blocked here, and ends the process where it came from
    errno = saved;
}

void at_exit() {
    const FatalEnd::Note note = current.load();
    if (note != nullptr && process != ::getpid()) {
        ::_exit(EX_SOFTWARE); // what it would destroy is its parent's
    }
    if (note != nullptr && note(0, true)) {
        constexpr std::string_view text = "bangerd: a plugin called exit()\n";
        [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
        ::_exit(EX_SOFTWARE); // the other threads still use what would be destroyed now
    }
}

} // namespace

FatalEnd::FatalEnd(Note note) {
    static const bool registered = std::atexit(at_exit) == 0 && std::at_quick_exit(at_exit) == 0;
    static_cast<void>(registered);
    process = ::getpid();
    current = note;
    for (std::size_t i = 0; i < fatal.size(); ++i) {
        struct sigaction action {};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(fatal.at(i), &action, &before.at(i));
    }
}

FatalEnd::~FatalEnd() {
    for (std::size_t i = 0; i < fatal.size(); ++i) {
        ::sigaction(fatal.at(i), &before.at(i), nullptr);
    }
    current = nullptr;
}

void FatalEnd::watch_thread() noexcept {
    thread_local bool watched = false;
    if (watched) {
        return;
    }
    watched = true;
    thread_local const SignalStack stack;
    static_cast<void>(stack.memory);
    // A blocked fault ends the process without a word to any handler.
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : fatal) {
        ::sigaddset(&set, signal);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace banger::plugin
