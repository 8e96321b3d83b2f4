// What the host spends on watching guests: the CPU time of the watcher's thread alone, with agents
// that live in another process. usage: bench_vsock_sampling [GUESTS] [SECONDS] [SAMPLE_S]
// Ends with 1 when it is more than 1 % of a core.

#include "board.hpp"
#include "os/temporary_dir.hpp"
#include "support/fake_agent.hpp"
#include "watcher.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using banger::test::FakeAgent;

std::string socket_of(const std::filesystem::path& dir, int number) {
    return (dir / (std::to_string(number) + ".sock")).string();
}

/// The guests: a process that ends with this one.
pid_t start_guests(const std::filesystem::path& dir, int count) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::vector<std::unique_ptr<FakeAgent>> agents;
        for (int i = 0; i < count; ++i) {
            agents.push_back(std::make_unique<FakeAgent>(socket_of(dir, i)));
        }
        for (;;) {
            ::pause();
        }
    }
    return child;
}

double cpu_seconds(pthread_t thread) {
    clockid_t clock{};
    timespec used{};
    if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
        std::exit(2);
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

} // namespace

int main(int argc, char** argv) {
    const int guests = argc > 1 ? std::atoi(argv[1]) : 50;
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 30;
    const int sample_s = argc > 3 ? std::atoi(argv[3]) : 10;
    const banger::os::TemporaryDir dir("bench");
    const pid_t child = start_guests(dir.path(), guests);

    vsock::Board board;
    std::size_t put = 0;
    vsock::Watcher watcher({std::chrono::seconds(sample_s), true}, board,
                           {[&](const std::string&, const std::string&) { ++put; },
                            [](std::string_view, const std::string&) {},
                            [](std::string_view text) { std::cerr << text << "\n"; }});
    const vsock::Descriptor cancel(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    std::thread thread([&] { watcher.run(cancel.fd()); });
    for (int i = 0; i < guests; ++i) {
        vsock::GuestVm vm;
        vm.id = vm.name = std::to_string(i);
        vm.socket = socket_of(dir.path(), i);
        vm.pid = 1;
        vm.fresh = true;
        watcher.watch(vm);
    }
    for (int i = 0; i < guests; ++i) {
        while (!board.find(std::to_string(i))->ports) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    const double before = cpu_seconds(thread.native_handle());
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    const double share = (cpu_seconds(thread.native_handle()) - before) / seconds * 100;
    (void)::eventfd_write(cancel.fd(), 1);
    thread.join();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::cout << guests << " guests, a sample every " << sample_s << " s: " << share
              << " % of a core in " << seconds << " s (" << put << " facts)\n";
    return share < 1 ? 0 : 1;
}
