#include "ready_watch.hpp"

#include "sockets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <sys/epoll.h>
#include <sys/inotify.h>

namespace agent {
namespace {

using namespace std::chrono_literals;

// Each look reads two files of /proc, which an emulated CPU that boots feels.
constexpr auto first_pause = 10ms;
constexpr auto longest_pause = 5000ms;

} // namespace

ReadyWatch::ReadyWatch(Loop& loop, std::uint16_t port, std::function<void()> on_ready)
    : loop_(loop), port_(port), on_ready_(std::move(on_ready)), pause_(first_pause),
      changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    // sshd writes /run/sshd.pid when it listens. Without inotify the timer finds out.
    if (changes_ && ::inotify_add_watch(changes_.get(), "/run", IN_CREATE | IN_CLOSE_WRITE) >= 0) {
        watch_ = loop_.watch(changes_.get(), EPOLLIN, [this](std::uint32_t) { news(); });
    }
    look();
}

void ReadyWatch::news() {
    bool sshd = false;
    alignas(inotify_event) std::array<char, 4096> buffer; // NOLINT: filled by read()
    for (;;) {
        const ssize_t n = ::read(changes_.get(), buffer.data(), buffer.size());
        if (n <= 0) {
            break;
        }
        for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            sshd = sshd || (event->len > 0 && std::string_view(event->name) == "sshd.pid");
            at += sizeof *event + event->len;
        }
    }
    if (sshd) {
        look();
    }
}

void ReadyWatch::look() {
    ready_ = listens(tcp_sockets(), port_);
    if (!ready_) {
        later_ = loop_.after(pause_, [this] { look(); });
        pause_ = std::min<std::chrono::milliseconds>(pause_ + pause_ / 4 + 1ms, longest_pause);
        return;
    }
    later_.drop();
    watch_.drop();
    changes_ = Fd();
    std::exchange(on_ready_, nullptr)();
}

} // namespace agent
