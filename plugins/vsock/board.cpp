#include "board.hpp"

#include "descriptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>

namespace vsock {
namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24 * 365);

} // namespace

std::uint64_t Board::open(const GuestVm& vm) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[vm.id];
    if (entry.view && entry.view->vm.pid == vm.pid && entry.view->vm.socket == vm.socket) {
        return 0;
    }
    GuestView first;
    first.vm = vm;
    first.since = Steady::now();
    entry = {++last_number_, std::make_shared<const GuestView>(std::move(first))};
    return entry.number;
}

void Board::put(std::uint64_t number, GuestView view) {
    const std::string vm_id = view.vm.id;
    auto kept = std::make_shared<const GuestView>(std::move(view));
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(vm_id);
    if (found == entries_.end() || found->second.number != number) {
        return;
    }
    const bool turned = kept->ready && !found->second.view->ready;
    found->second.view = std::move(kept);
    if (turned) {
        wake(vm_id);
    }
}

void Board::close(const std::string& vm_id) {
    const std::lock_guard lock(mutex_);
    entries_.erase(vm_id);
    wake(vm_id);
}

Board::View Board::find(const std::string& vm_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(vm_id);
    return found == entries_.end() ? nullptr : found->second.view;
}

std::vector<Board::View> Board::all() const {
    std::vector<View> views;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [vm_id, entry] : entries_) {
            views.push_back(entry.view);
        }
    }
    std::sort(views.begin(), views.end(),
              [](const View& a, const View& b) { return a->vm.name < b->vm.name; });
    return views;
}

bool Board::is_over(const std::string& vm_id, Outcome& outcome) const {
    const auto found = entries_.find(vm_id);
    if (found == entries_.end()) {
        outcome = Outcome::gone;
        return true;
    }
    outcome = Outcome::ready;
    return found->second.view->ready;
}

void Board::wake(const std::string& vm_id) {
    const auto [begin, end] = waiting_.equal_range(vm_id);
    for (auto at = begin; at != end; ++at) {
        (void)::eventfd_write(at->second, 1); // full already: it is awake
    }
}

Board::Outcome Board::wait_ready(const std::string& vm_id, int cancel_fd,
                                 std::chrono::milliseconds limit) {
    const Descriptor woken(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!woken) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    std::multimap<std::string, int>::iterator place;
    {
        const std::lock_guard lock(mutex_);
        place = waiting_.emplace(vm_id, woken.fd());
    }
    const auto deadline = Steady::now() + std::min(limit, longest_wait);
    Outcome outcome = Outcome::timeout;
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (is_over(vm_id, outcome)) {
                break;
            }
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
        if (left <= 0) {
            outcome = Outcome::timeout;
            break;
        }
        std::array<pollfd, 2> fds{pollfd{woken.fd(), POLLIN, 0}, pollfd{cancel_fd, POLLIN, 0}};
        const int most = std::numeric_limits<int>::max();
        (void)::poll(fds.data(), fds.size(), static_cast<int>(std::min<std::int64_t>(left, most)));
        if (fds[1].revents != 0) {
            outcome = Outcome::cancelled;
            break;
        }
        eventfd_t count = 0;
        (void)::eventfd_read(woken.fd(), &count);
    }
    const std::lock_guard lock(mutex_);
    waiting_.erase(place);
    return outcome;
}

} // namespace vsock
