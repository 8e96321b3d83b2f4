#include "os/passed_files.hpp"

#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <array>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::os {
namespace {

using namespace std::chrono_literals;

struct Sockets {
    UniqueFd a;
    UniqueFd b;
    Sockets() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        a = UniqueFd(ends[0]);
        b = UniqueFd(ends[1]);
    }
};

TEST(PassedFiles, ComeWithTheirLineAndWhatFollowsStays) {
    const Sockets pair;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd read(ends[0]);
    UniqueFd write(ends[1]);
    send_line(pair.a.get(), "take this", std::array<int, 1>{write.get()}, 1s);
    send_all(pair.a.get(), "more", 1s);
    write.reset();
    const auto got = receive_line(pair.b.get(), 1s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->line, "take this");
    ASSERT_EQ(got->files.size(), 1U);
    EXPECT_EQ(::write(got->files[0].get(), "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(::read(read.get(), &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
    std::array<char, 8> rest{};
    EXPECT_EQ(::read(pair.b.get(), rest.data(), rest.size()), 4);
}

TEST(PassedFiles, AnEndTooManyBytesAndAPipeAreTold) {
    Sockets pair;
    send_line(pair.a.get(), std::string(100, 'a'), {}, 1s);
    EXPECT_THROW((void)receive_line(pair.b.get(), 1s, 50), Error);
    EXPECT_THROW((void)receive_line(pair.a.get(), 20ms), Error);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd read(ends[0]);
    const UniqueFd write(ends[1]);
    ASSERT_EQ(::write(write.get(), "x\n", 2), 2);
    EXPECT_THROW((void)receive_line(read.get(), 1s), Error);
    Sockets other;
    other.a.reset();
    EXPECT_FALSE(receive_line(other.b.get(), 1s));
}

TEST(PassedFiles, ALineLongerThanTheSocketsBufferComesWhole) {
    const Sockets pair;
    const std::string line(60'000, 'b');
    send_line(pair.a.get(), line, {}, 1s);
    const auto got = receive_line(pair.b.get(), 1s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->line, line);
}

} // namespace
} // namespace banger::os
