#include "os/pipe.hpp"

#include "os/error.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace banger::os {
namespace {

TEST(Pipe, CarriesBytesFromItsWriteEndToItsReadEnd) {
    Pipe pipe = make_pipe();
    ASSERT_EQ(::write(pipe.write.get(), "word", 4), 4);
    pipe.write.reset();
    std::array<char, 8> buffer{};
    ASSERT_EQ(::read(pipe.read.get(), buffer.data(), buffer.size()), 4);
    EXPECT_EQ(std::string(buffer.data(), 4), "word");
    EXPECT_EQ(::read(pipe.read.get(), buffer.data(), buffer.size()), 0);
}

TEST(Pipe, HasEndsThatNoProgramInherits) {
    for (const int flags : {0, O_NONBLOCK}) {
        const Pipe pipe = make_pipe(flags);
        for (const UniqueFd* end : {&pipe.read, &pipe.write}) {
            EXPECT_EQ(::fcntl(end->get(), F_GETFD), FD_CLOEXEC);
            EXPECT_EQ(::fcntl(end->get(), F_GETFL) & O_NONBLOCK, flags);
        }
    }
}

TEST(Pipe, ThatCannotBeMadeIsAnError) {
    EXPECT_THROW((void)make_pipe(-1), Error);
}

} // namespace
} // namespace banger::os
