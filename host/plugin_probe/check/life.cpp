#include "plugin_probe/check/life.hpp"

#include "os/join.hpp"
#include "plugin_probe/check/surroundings.hpp"
#include "plugin_probe/check/trial.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace banger::plugin_probe {
namespace {

/// A thread that was joined may show for a moment longer.
std::vector<std::string> left_since(const Holdings& before) {
    std::vector<std::string> left;
    for (int attempt = 0; attempt < 50; ++attempt) {
        left = Holdings::now().more_than(before);
        if (left.empty()) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return left;
}

void check_create(Trial& trial) {
    trial.look_at("create");
    for (int round = 1; round <= 2; ++round) {
        const auto host = trial.host();
        const fake::Outcome made = host->create(trial.config());
        if (!made.ok()) {
            (void)trial.judge(made, {});
            return;
        }
        const auto calls = host->recorded().calls;
        if (!calls.empty()) {
            trial.failed("create uses " + calls.front(),
                         "it takes nothing of the host, since checks call it, too: move that to "
                         "init or on_start");
            return;
        }
        trial.close(*host);
    }
    trial.ok("made and destroyed twice, and took nothing");
}

void check_begun(Trial& trial, bool told) {
    trial.look_at("threads");
    if (const auto host = trial.begun()) {
        if (told) {
            // A thread that has just been made blocks everything until it runs.
            std::vector<std::string> open;
            for (int look = 0; look < 10 && open.empty() && Holdings::now().threads > 1; ++look) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                open = threads_open_to_signals();
            }
            if (open.empty()) {
                trial.ok("its threads, if any, block signals");
            } else {
                trial.failed("a thread takes signals that are meant for the host: " +
                                 os::join(open, "; "),
                             "pthread_sigmask() before it is started, or banger::Thread");
            }
        }
        trial.close(*host);
    }
}

} // namespace

void try_life(Trial& trial) {
    const Surroundings before = Surroundings::now();
    check_create(trial);
    check_begun(trial, true); // what libraries keep for good is there from now on
    const Holdings held = Holdings::now();
    check_begun(trial, false);
    trial.look_at("destroy");
    const auto left = left_since(held);
    if (left.empty()) {
        trial.ok("descriptors and threads are given back");
    } else {
        trial.failed("left behind: " + os::join(left, "; "), "destroy closes and joins everything");
    }
    trial.look_at("the process");
    const auto changes = Surroundings::now().changed_since(before);
    if (changes.empty()) {
        trial.ok("folder, environment, locale, umask, signal handlers, limits and standard streams "
                 "are as they were");
    } else {
        trial.failed(os::join(changes, "; "), "these belong to the whole daemon: leave them alone");
    }
    const auto host = trial.host();
    (void)host->create(trial.config());
    trial.end(*host);
}

} // namespace banger::plugin_probe
