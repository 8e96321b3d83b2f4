#include "plugin/thread_start.hpp"

#include <csignal>
#include <utility>

namespace banger::plugin {
namespace {

/// Of the calling thread; one that it starts meanwhile inherits that.
struct SignalsBlocked {
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    sigset_t before{};
};

} // namespace

std::thread start_thread(std::function<void()> body) {
    const SignalsBlocked blocked;
    return std::thread(std::move(body));
}

} // namespace banger::plugin
