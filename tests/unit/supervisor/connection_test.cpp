#include "supervisor/connection.hpp"

#include "os/file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace banger::supervisor {
namespace {

struct Ends {
    Ends() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    os::UniqueFd ours;
    os::UniqueFd theirs;
};

TEST(Connection, ADrainReadsWhatIsThereAndTheEnd) {
    Loop loop;
    Ends ends;
    std::string read;
    bool ended = false;
    Connection connection(
        loop, std::move(ends.ours),
        {[&](std::string_view bytes) { read.append(bytes); }, [&](bool) { ended = true; }, [] {}});
    os::write_all(ends.theirs.get(), std::string(100'000, 'x'), "test");
    connection.drain();
    EXPECT_EQ(read.size(), 100'000U);
    EXPECT_FALSE(ended);
    ends.theirs.reset();
    connection.drain();
    EXPECT_TRUE(ended);
}

TEST(Connection, ADrainEndsThoughThePeerGoesOn) {
    Loop loop;
    Ends ends;
    std::size_t read = 0;
    constexpr std::size_t enough = 64U << 20U;
    const std::string more(16384, 'x');
    const auto write_more = [&] {
        if (read < enough) { // a drain without a bound must not hang the test
            os::write_all(ends.theirs.get(), more, "test");
        }
    };
    Connection connection(loop, std::move(ends.ours),
                          {[&](std::string_view bytes) {
                               read += bytes.size();
                               write_more();
                           },
                           [](bool) {}, [] {}});
    write_more();
    connection.drain();
    EXPECT_EQ(read, Connection::most_drained);
}

} // namespace
} // namespace banger::supervisor
