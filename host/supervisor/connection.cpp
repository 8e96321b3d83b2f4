#include "supervisor/connection.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace banger::supervisor {
namespace {

constexpr std::size_t piece = 16384; ///< that is read at once

} // namespace

Connection::Connection(Loop& loop, os::UniqueFd fd, Events events)
    : loop_(loop), fd_(std::move(fd)), events_(std::move(events)) {
    ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
    want();
}

/// Registers for what is needed now. A hang-up is reported whether wanted or not, so a connection
/// that waits for nothing is taken off the loop: else it would spin.
void Connection::want() {
    const std::uint32_t wanted =
        (reading_ && !ended_ ? EPOLLIN | EPOLLRDHUP : 0U) | (!out_.empty() ? EPOLLOUT : 0U);
    if (wanted == 0 && hung_up_) {
        registration_.drop();
    } else if (registration_) {
        registration_.events(wanted);
    } else {
        registration_ =
            loop_.watch(fd_.get(), wanted, [this](std::uint32_t events) { ready(events); });
    }
}

void Connection::ready(std::uint32_t events) {
    hung_up_ = hung_up_ || (events & (EPOLLHUP | EPOLLERR)) != 0;
    if ((events & EPOLLOUT) != 0 || (hung_up_ && !out_.empty())) {
        flush();
    }
    if (reading_ && !ended_ && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        (void)receive();
    }
    if (hung_up_ && (!reading_ || ended_) && events_.left && !std::exchange(left_told_, true)) {
        events_.left();
    }
    want();
}

bool Connection::receive() {
    std::array<char, piece> buffer; // NOLINT: filled by read
    const ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
    if (n > 0) {
        events_.bytes(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    ended_ = true;
    hung_up_ = hung_up_ || n < 0;
    events_.end(hung_up_);
    return false;
}

void Connection::drain() {
    for (std::size_t left = most_drained / piece; left > 0 && !ended_ && receive(); --left) {
    }
}

void Connection::read(bool wanted) {
    reading_ = wanted;
    want();
}

void Connection::send(std::string_view bytes) {
    if (broken_ || shut_down_) {
        return;
    }
    const bool idle = out_.empty();
    out_.append(bytes);
    if (idle) {
        flush();
    }
    want();
}

void Connection::shut_down() {
    shut_down_ = true;
    if (out_.empty()) {
        ::shutdown(fd_.get(), SHUT_WR);
    }
}

bool Connection::takes() const noexcept {
    return ::send(fd_.get(), "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) == 0 || errno == EAGAIN;
}

void Connection::flush() {
    std::size_t done = 0;
    while (done < out_.size()) {
        const ssize_t n = ::send(fd_.get(), out_.data() + done, out_.size() - done, MSG_NOSIGNAL);
        if (n > 0) {
            done += static_cast<std::size_t>(n);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && errno == EAGAIN) {
            break;
        } else {
            broken_ = true;
            done = out_.size();
        }
    }
    if (done > 0) {
        out_.erase(0, done);
        if (out_.empty() && shut_down_) {
            ::shutdown(fd_.get(), SHUT_WR);
        }
        events_.sent();
    }
}

} // namespace banger::supervisor
