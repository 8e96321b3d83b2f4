#include "builder/interrupt.hpp"

#include "os/error.hpp"

#include <poll.h>
#include <sys/signalfd.h>

namespace banger::bundle {

Interrupt::Interrupt() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGINT);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    fd_ = os::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) {
        throw os::errno_error("watch for signals");
    }
}

Interrupt::~Interrupt() {
    // The signal itself is taken out first: it was answered.
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupt::raised() const noexcept {
    pollfd entry{fd_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

void Interrupt::check() const {
    if (raised()) {
        throw os::Error(os::ErrorKind::cancelled, "interrupted",
                        "run the same command again: what is complete is kept");
    }
}

} // namespace banger::bundle
