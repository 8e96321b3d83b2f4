#include "poller.hpp"

#include <array>

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dns {
namespace {

using namespace std::chrono_literals;

int readable() {
    return ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
}

TEST(Poller, WhatWasReportedOfADescriptorDoesNotReachTheNextOneOfItsNumber) {
    Poller poller;
    std::array<int, 2> fds{readable(), readable()};
    const int quiet = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int first = 0;
    int next = 0;
    for (const std::size_t own : {0U, 1U}) {
        poller.add(fds[own], EPOLLIN, [&, other = fds[1 - own]](std::uint32_t) {
            if (++first == 1) { // the other one is ready as well, in the same batch
                poller.remove(other);
                EXPECT_EQ(::dup2(quiet, other), other);
                poller.add(other, EPOLLIN, [&](std::uint32_t) { ++next; });
            }
        });
    }
    poller.turn();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(next, 0);

    const std::uint64_t one = 1;
    EXPECT_EQ(::write(quiet, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    poller.turn();
    EXPECT_EQ(next, 1) << "what it hears itself arrives";
    for (const int fd : {fds[0], fds[1], quiet}) {
        poller.remove(fd);
        ::close(fd);
    }
}

TEST(Poller, ChangesAndTimers) {
    Poller poller;
    const int fd = readable();
    int heard = 0;
    int due = 0;
    poller.add(fd, EPOLLIN, [&](std::uint32_t) {
        ++heard;
        poller.change(fd, 0);
    });
    poller.turn();
    const Poller::TimerId never = poller.after(1ms, [&] { due += 10; });
    (void)poller.after(2ms, [&] { ++due; });
    poller.cancel(never);
    while (due == 0) {
        poller.turn();
    }
    EXPECT_EQ(heard, 1);
    EXPECT_EQ(due, 1);
    poller.remove(fd);
    ::close(fd);
}

} // namespace
} // namespace dns
