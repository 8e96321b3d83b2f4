#include "watcher.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds hurried_sample = 1s;
constexpr milliseconds hurry_time = 5s;
constexpr milliseconds look_pause = 5s;
constexpr milliseconds clock_period = 60s;
constexpr int titles_samples = 6;
constexpr milliseconds early = 50ms; ///< a timer may be a little early, and its turn still counts

Descriptor checked(int fd, const char* what) {
    if (fd < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return Descriptor(fd);
}

} // namespace

Watcher::Watcher(Watching watching, Board& board, Outlets outlets)
    : watching_(watching), board_(board), outlets_(std::move(outlets)),
      orders_waiting_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      clock_(
          checked(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      last_titles_(Steady::now()), last_clock_(last_titles_) {} // a guest's first come by itself

void Watcher::watch(const GuestVm& vm) {
    // On the board at once, so that who waits for its agent next finds it.
    const std::uint64_t number = board_.open(vm);
    if (number == 0) {
        return;
    }
    give([this, vm, number] {
        News news{[this, number](const GuestView& view) {
                      board_.put(number, view);
                      outlets_.facts(view.vm.id, facts_json(view));
                  },
                  outlets_.event};
        guests_.erase(vm.id); // its streams first: an earlier run's
        guests_[vm.id] = std::make_unique<Guest>(poller_, watching_, vm, std::move(news));
        plan_tick();
    });
}

void Watcher::forget(const std::string& vm_id) {
    board_.close(vm_id);
    give([this, vm_id] { guests_.erase(vm_id); });
}

void Watcher::hurry() {
    give([this] {
        const auto now = Steady::now();
        const bool resting = now > hurried_until_;
        hurried_until_ = now + hurry_time;
        if (resting && !guests_.empty()) {
            tick();
        }
    });
}

void Watcher::look_again() {
    give([this] {
        const auto now = Steady::now();
        if (now - last_look_ < look_pause) {
            return;
        }
        last_look_ = now;
        for (const auto& [vm_id, guest] : guests_) {
            guest->look_at_ports();
        }
    });
}

void Watcher::run(int cancel_fd) {
    poller_.add(cancel_fd, EPOLLIN, [this](std::uint32_t) { running_ = false; });
    poller_.add(orders_waiting_.fd(), EPOLLIN, [this](std::uint32_t) { obey(); });
    watch_clock();
    poller_.add(clock_.fd(), EPOLLIN, [this](std::uint32_t) { clock_jumped(); });
    while (running_) {
        try {
            poller_.turn();
        } catch (const std::exception& error) { // one turn is lost, the guests are still watched
            outlets_.warning(error.what());
        }
    }
    guests_.clear();
    for (const int fd : {cancel_fd, orders_waiting_.fd(), clock_.fd()}) {
        poller_.remove(fd);
    }
}

void Watcher::give(Order order) {
    {
        const std::lock_guard lock(mutex_);
        orders_.push_back(std::move(order));
    }
    (void)::eventfd_write(orders_waiting_.fd(), 1); // full already: it is awake
}

void Watcher::obey() {
    eventfd_t count = 0;
    (void)::eventfd_read(orders_waiting_.fd(), &count);
    std::vector<Order> orders;
    {
        const std::lock_guard lock(mutex_);
        orders.swap(orders_);
    }
    for (const Order& order : orders) {
        try {
            order();
        } catch (const std::exception& error) { // those behind it are other guests'
            outlets_.warning(error.what());
        }
    }
}

/// timerfd_create(2): with TFD_TIMER_CANCEL_ON_SET a read fails with ECANCELED when the wall clock
/// was set, which a host that slept does, too.
void Watcher::watch_clock() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max();
    (void)::timerfd_settime(clock_.fd(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
                            nullptr); // refused: the clocks are still looked at every minute
}

void Watcher::clock_jumped() {
    std::uint64_t expired = 0;
    (void)!::read(clock_.fd(), &expired, sizeof expired);
    watch_clock();
    for (const auto& [vm_id, guest] : guests_) {
        guest->check_clock();
    }
}

/// At multiples of the period, so that guests that come and go change nothing of when.
void Watcher::plan_tick() {
    poller_.cancel(tick_);
    if (guests_.empty()) {
        return;
    }
    const auto now = Steady::now();
    const milliseconds period =
        now < hurried_until_ ? std::min(hurried_sample, watching_.sample) : watching_.sample;
    const auto past = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()) % period;
    tick_ = poller_.after(period - past, [this] { tick(); });
}

void Watcher::tick() {
    const auto now = Steady::now();
    const bool regular = now - last_regular_ + early >= watching_.sample;
    const bool titles = now - last_titles_ + early >= titles_samples * watching_.sample;
    const bool clock = now - last_clock_ + early >= clock_period;
    for (const auto& [vm_id, guest] : guests_) {
        try {
            guest->sample({regular, titles, clock});
            if (regular) {
                guest->judge();
            }
        } catch (const std::exception& error) { // those behind it are other guests'
            outlets_.warning(error.what());
        }
    }
    last_regular_ = regular ? now : last_regular_;
    last_titles_ = titles ? now : last_titles_;
    last_clock_ = clock ? now : last_clock_;
    plan_tick();
}

} // namespace vsock
