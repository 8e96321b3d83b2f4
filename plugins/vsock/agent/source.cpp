#include "source.hpp"

#include "child.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <sys/epoll.h>

namespace agent {

Source::Source(Loop& loop, Fd fd, Session& session, Take take, std::function<void()> ended)
    : loop_(loop), fd_(std::move(fd)), session_(session), take_(std::move(take)),
      on_end_(std::move(ended)) {
    make_nonblocking(fd_);
    resume();
}

void Source::resume() {
    // Not watched while it must wait: an end would be reported over and over.
    if (!ended_ && !watch_) {
        watch_ = loop_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { ready(); });
    }
}

void Source::ready() {
    const Step step = read();
    if (step == Step::full) {
        watch_.drop();
    } else if (ended_) {
        watch_.drop();
        if (const auto on_end = std::exchange(on_end_, nullptr); on_end) {
            on_end(); // may drop this object
        }
    }
}

bool Source::drain() {
    Step step = Step::more;
    while (!ended_ && step == Step::more) {
        step = read();
    }
    return step != Step::full;
}

Source::Step Source::read() {
    if (session_.room() == 0) {
        session_.want_room();
        return Step::full;
    }
    std::array<char, 16384> buffer; // NOLINT: filled by read()
    const ssize_t n = ::read(fd_.get(), buffer.data(), std::min(buffer.size(), session_.room()));
    if (n > 0) {
        take_({buffer.data(), static_cast<std::size_t>(n)});
        return Step::more;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return Step::empty;
    }
    ended_ = true; // EIO: the last program has left its terminal
    return Step::empty;
}

} // namespace agent
