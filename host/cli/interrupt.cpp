#include "cli/interrupt.hpp"

#include "os/error.hpp"

#include <sys/signalfd.h>

namespace banger::cli {

Interrupt::Interrupt() {
    struct sigaction current {};
    ::sigaction(SIGINT, nullptr, &current);
    sigset_t wanted{};
    ::sigemptyset(&wanted);
    if (current.sa_handler != SIG_IGN) {
        ::sigaddset(&wanted, SIGINT);
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
