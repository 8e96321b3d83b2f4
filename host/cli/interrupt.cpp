#include "cli/interrupt.hpp"

#include "os/error.hpp"

#include <sys/signalfd.h>

namespace banger::cli {

namespace {

void add_unless_ignored(sigset_t& wanted, int number) {
    struct sigaction current {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler != SIG_IGN) {
        ::sigaddset(&wanted, number);
    }
}

} // namespace

Interrupt::Interrupt(std::initializer_list<int> also) {
    sigset_t wanted{};
    ::sigemptyset(&wanted);
    add_unless_ignored(wanted, SIGINT);
    for (const int number : also) {
        add_unless_ignored(wanted, number);
    }
    fd_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_ || ::sigprocmask(SIG_BLOCK, &wanted, &before_) != 0) {
        throw os::errno_error("watch for Ctrl-C");
    }
}

Interrupt::~Interrupt() {
    while (taken()) { // one that came late must not end the program in the middle of its report
    }
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupt::taken() noexcept {
    signalfd_siginfo info{};
    return ::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info);
}

} // namespace banger::cli
