// What one hook costs over six plugins that do nothing: the time that banger itself adds.
// usage: bench_plugin_dispatch [ROUNDS [LIMIT_US]]; status 1 when the median is not below the
// limit, or with sleeping threads, where the kernel's wake-up is most of it, above 1.5 times that
// of the plain way beside it.
#include "plugin_host.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace {

using namespace banger::plugin;
using Clock = std::chrono::steady_clock;

constexpr const char* ids[] = {"quick-a", "quick-b", "quick-c", "quick-d", "quick-e", "quick-f"};

/// The plain way: a thread that sleeps until it is given something, and two descriptors a call, one
/// that says when it is done and one that would cancel it.
class PlainHandOver {
  public:
    PlainHandOver() : thread_([this] { run(); }) {}
    ~PlainHandOver() {
        {
            const std::scoped_lock hold(lock_);
            tasks_.emplace_back();
        }
        work_.notify_one();
        thread_.join();
    }
    PlainHandOver(const PlainHandOver&) = delete;
    PlainHandOver& operator=(const PlainHandOver&) = delete;

    void call(const std::function<void()>& function) {
        const int done = ::eventfd(0, EFD_CLOEXEC);
        const int cancel = ::eventfd(0, EFD_CLOEXEC);
        {
            const std::scoped_lock hold(lock_);
            tasks_.emplace_back([&] {
                function();
                static_cast<void>(::eventfd_write(done, 1));
            });
        }
        work_.notify_one();
        pollfd fds[2] = {{done, POLLIN, 0}, {-1, 0, 0}};
        ::poll(fds, 2, 10'000);
        ::close(done);
        ::close(cancel);
    }

  private:
    void run() {
        std::unique_lock hold(lock_);
        for (;;) {
            work_.wait(hold, [this] { return !tasks_.empty(); });
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            if (!task) {
                return;
            }
            hold.unlock();
            task();
            hold.lock();
        }
    }
    std::mutex lock_;
    std::condition_variable work_;
    std::deque<std::function<void()>> tasks_;
    std::thread thread_; ///< last: it uses the others
};

struct Times {
    double median = 0, p99 = 0;
};

template <class F>
Times measure(int rounds, std::chrono::microseconds pause, F&& f) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        if (pause.count() > 0) {
            std::this_thread::sleep_for(pause);
        }
        const auto begin = Clock::now();
        f();
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

void print(const char* what, const Times& times) {
    std::printf("%-52s %9.1f %9.1f\n", what, times.median, times.p99);
}

} // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::max(100, std::atoi(argv[1])) : 5000;
    const double limit = argc > 2 ? std::atof(argv[2]) : 50;
    PluginHost host;
    host.services.log_enabled = [](int level) { return level >= BANGER_LOG_INFO; };
    for (const char* id : ids) {
        host.add(id);
    }
    if (const std::string problem = host.load(); !problem.empty()) {
        std::fprintf(stderr, "error: %s\n", problem.c_str());
        return 2;
    }
    banger::vm::VmView vm = vm_named("web");
    vm.spec_json = std::string(2000, ' ') + "{}";
    const auto hook = [&] { host.dispatch->run(banger::vm::Hook::on_ready, vm, host.context); };
    std::vector<banger_vm_hook> functions;
    for (const Plugin* plugin : host.catalog->active()) {
        functions.push_back(plugin->manifest.lifecycle->on_ready);
    }
    if (functions.size() != std::size(ids)) {
        std::fprintf(stderr, "error: %zu of 6 plugins are active\n", functions.size());
        return 2;
    }
    const VmSnapshot snapshot(vm, "");
    const auto direct = [&] {
        for (const banger_vm_hook function : functions) {
            static_cast<void>(function(nullptr, nullptr, snapshot.raw()));
        }
    };
    PlainHandOver plain;
    const auto handed_over = [&] {
        for (const banger_vm_hook function : functions) {
            plain.call([&] { static_cast<void>(function(nullptr, nullptr, snapshot.raw())); });
        }
    };
    // What no dispatch to a thread can do without: the kernel wakes one that sleeps.
    const auto woken = [&] { plain.call([] {}); };
    using std::chrono::microseconds;
    constexpr microseconds idle{2000};
    std::printf("one hook over six plugins, %d rounds, us%-12s %9s %9s\n", rounds, "", "median",
                "p99");
    print("function pointers, called directly", measure(rounds, microseconds(0), direct));
    print("handed to a thread, eventfd and poll", measure(rounds, microseconds(0), handed_over));
    const Times plain_cold = measure(rounds / 5, idle, handed_over);
    print("the same, the thread having slept", plain_cold);
    const Times wake = measure(rounds / 5, idle, woken);
    print("one thread woken, once", wake);
    const Times warm = measure(rounds, microseconds(0), hook);
    print("banger (deadline, cancel, lane, catch, log)", warm);
    const Times cold = measure(rounds / 5, idle, hook);
    print("the same, the thread having slept", cold);
    if (warm.median >= limit) {
        std::fprintf(stderr, "error: the median is not below %.0f us\n", limit);
        return 1;
    }
    if (cold.median > 1.5 * plain_cold.median) {
        std::fprintf(stderr, "error: woken, it takes more than 1.5 times the plain way\n");
        return 1;
    }
    return 0;
}
