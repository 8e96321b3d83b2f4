#include "name_look_ups.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace nat {

using banger::Call;
using Clock = std::chrono::steady_clock;

namespace {

/// What a call was given lives as long as it does, so each round has one of its own.
class RoundCall {
  public:
    explicit RoundCall(banger::Host host)
        : threads_(host.get<banger_thread_ops>(BANGER_EXT_THREAD)),
          raw_(threads_.call_open(host.raw(), banger::str("names"), 0)) {}
    RoundCall(const RoundCall&) = delete;
    RoundCall& operator=(const RoundCall&) = delete;
    ~RoundCall() {
        if (raw_) {
            threads_.call_close(raw_);
        }
    }
    [[nodiscard]] banger_call* raw() const { return raw_; } ///< NULL when the plugin ends

  private:
    const banger_thread_ops& threads_;
    banger_call* raw_;
};

} // namespace

NameLookUps::Wake::Wake() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
}

NameLookUps::Wake::~Wake() {
    ::close(fd_);
}

void NameLookUps::Wake::set() const {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one); // fails only where it is set already
}

void NameLookUps::Wake::clear() const {
    std::uint64_t count = 0;
    (void)!::read(fd_, &count, sizeof count);
}

NameLookUps::NameLookUps(banger::Host host, NameCache& names, std::chrono::seconds period,
                         LookUp look_up, Done done)
    : host_(host), names_(names), period_(period), ask_(std::move(look_up)), done_(std::move(done)),
      next_round_(Clock::now() + period),
      thread_(host, "names", [this](Call& call) { run(call); }) {}

bool NameLookUps::wait(Call& call) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_round_ - Clock::now());
    const int patience = names_.empty() ? -1 : static_cast<int>(std::max<long>(left.count(), 0));
    std::array<pollfd, 2> events{pollfd{call.cancel_fd(), POLLIN, 0},
                                 pollfd{wake_.fd(), POLLIN, 0}};
    (void)::poll(events.data(), events.size(), patience); // interrupted: as when it is time
    return events[0].revents == 0;
}

void NameLookUps::run(Call& call) {
    while (wait(call)) {
        wake_.clear();
        const bool round = Clock::now() >= next_round_;
        if (round) {
            next_round_ = Clock::now() + period_;
        }
        look_up(call, names_.due(round));
    }
}

void NameLookUps::look_up(Call& call, const std::set<std::string>& names) {
    bool changed = false;
    for (const std::string& name : names) {
        if (call.cancelled()) {
            return;
        }
        changed = names_.looked_up(name, ask_(name)) || changed;
    }
    if (names.empty()) {
        return;
    }
    try {
        const RoundCall fresh(host_);
        if (fresh.raw()) {
            Call round(fresh.raw());
            done_(round, changed);
        }
    } catch (const std::exception& error) {
        call.warning(error.what());
    }
}

} // namespace nat
