#include "stop.hpp"

#include "failure.hpp"

#include <atomic>

#include <csignal>

namespace image_tool {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "it is written by a signal handler");

void note_stop(int /*signal*/) {
    stop_asked.store(true, std::memory_order_relaxed);
}

} // namespace

void listen_for_stop() {
    struct sigaction action {};
    action.sa_handler = note_stop; // without SA_RESTART: waiting ends at once
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        (void)::sigaction(signal, &action, nullptr);
    }
    action.sa_handler = SIG_IGN;
    (void)::sigaction(SIGPIPE, &action, nullptr);
}

void ask_to_stop() noexcept {
    stop_asked.store(true, std::memory_order_relaxed);
}

bool asked_to_stop() noexcept {
    return stop_asked.load(std::memory_order_relaxed);
}

void check_stop() {
    if (asked_to_stop()) {
        throw Failure(FailureKind::cancelled, "stopped before the end");
    }
}

} // namespace image_tool
