#include "supervisor/halt_watch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <sys/epoll.h>

namespace banger::supervisor {
namespace {

/// kernel/reboot.c of Linux; a guest of Firecracker that has no power to switch off says the first.
constexpr std::array<std::string_view, 2> halted_words{"reboot: System halted",
                                                       "reboot: Power down"};
constexpr std::size_t kept = 64; ///< bytes: the words and the ends of lines

bool says_halted(std::string_view end) {
    const std::size_t last = end.find_last_not_of("\r\n");
    if (last == std::string_view::npos || end.find('\n', last) == std::string_view::npos) {
        return false;
    }
    const std::string_view line = end.substr(0, last + 1);
    return std::any_of(halted_words.begin(), halted_words.end(),
                       [line](std::string_view words) { return line.ends_with(words); });
}

} // namespace

HaltWatch::HaltWatch(Loop& loop, Guest guest) : HaltWatch(loop, std::move(guest), Limits{}) {}

HaltWatch::HaltWatch(Loop& loop, Guest guest, Limits limits)
    : loop_(loop), guest_(std::move(guest)), limits_(limits) {}

void HaltWatch::hear(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    forget();
    end_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kept)));
    end_.erase(0, end_.size() - std::min(end_.size(), kept));
    if (says_halted(end_)) {
        wait_for_silence();
    }
}

void HaltWatch::wait_for_silence() {
    timer_ = loop_.after(limits_.silence, [this] { ask(); });
}

void HaltWatch::ask() {
    if (!guest_.runs()) {
        wait_for_silence();
        return;
    }
    connection_ = guest_.dial();
    if (connection_) { // an OK and the end alike are a guest that runs
        answer_ = loop_.watch(connection_.get(), EPOLLIN, [this](std::uint32_t) { forget(); });
    }
    timer_ = loop_.after(limits_.answer, [this] { unanswered(); });
}

void HaltWatch::unanswered() {
    forget();
    if (!guest_.runs()) {
        wait_for_silence();
        return;
    }
    const auto halted = guest_.halted; // it may end this
    halted();
}

void HaltWatch::forget() noexcept {
    timer_.drop();
    answer_.drop();
    connection_.reset();
}

} // namespace banger::supervisor
