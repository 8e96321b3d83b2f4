#include "supervisor/console_log.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "supervisor/console.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using Lines = std::vector<std::string>;

std::uint64_t total_size(const std::filesystem::path& path) {
    std::uint64_t size = 0;
    for (const std::string& name : {path.string(), path.string() + ".1"}) {
        size += std::filesystem::exists(name) ? std::filesystem::file_size(name) : 0;
    }
    return size;
}

TEST(ConsoleLog, StaysWithinItsLimitAndKeepsTheEnd) {
    const os::TemporaryDir dir;
    const auto path = dir.path() / "console.log";
    ConsoleLog log(path, 20000);
    for (int i = 0; i < 20000; ++i) {
        log.write("line " + std::to_string(i) + "\r\n");
        ASSERT_LE(total_size(path), 20000U);
    }
    EXPECT_GT(total_size(path), 9000U);
    EXPECT_EQ(log.tail(2), (Lines{"line 19998", "line 19999"}));
    EXPECT_NE(os::read_file(path).find("line 19999"), std::string::npos);
    EXPECT_EQ(log.lost(), 0U);
}

TEST(ConsoleLog, OneHugeWriteIsCutAtTheLimit) {
    const os::TemporaryDir dir;
    const auto path = dir.path() / "console.log";
    ConsoleLog log(path, 10000);
    log.write(std::string(1000000, 'x') + "\nend\n");
    EXPECT_LE(total_size(path), 10000U);
    EXPECT_EQ(log.tail(1), Lines{"end"});
    EXPECT_EQ(log.written(), 1000005U);
}

TEST(ConsoleLog, AppendsToTheLastRun) {
    const os::TemporaryDir dir;
    const auto path = dir.path() / "console.log";
    ConsoleLog(path, 10000).write("first\n");
    ConsoleLog second(path, 10000);
    second.write("second\n");
    EXPECT_EQ(os::read_file(path), "first\nsecond\n");
    EXPECT_EQ(second.tail(9), Lines{"second"});
}

TEST(ConsoleLog, AFullDiskLosesLinesAndNothingElse) {
    if (::access("/dev/full", W_OK) != 0) {
        GTEST_SKIP() << "no /dev/full here";
    }
    ConsoleLog log("/dev/full", 10000);
    log.write("hello\n");
    EXPECT_EQ(log.lost(), 6U);
    EXPECT_EQ(log.tail(1), Lines{"hello"});
}

TEST(ConsoleLog, DoesNotFollowALink) {
    const os::TemporaryDir dir;
    std::filesystem::create_symlink(dir.path() / "target", dir.path() / "console.log");
    EXPECT_THROW(ConsoleLog(dir.path() / "console.log", 10000), os::Error);
}

TEST(LastLines, AreFitForPeople) {
    EXPECT_EQ(last_lines("\x1b[1;31mred\x1b[0m\r\nplain\ttab\x07\n\ncaf\xc3\xa9", 9),
              (Lines{"red", "plain\ttab", "caf??"}));
    EXPECT_EQ(last_lines("a\nb\nc", 2), (Lines{"b", "c"}));
    EXPECT_TRUE(last_lines("", 3).empty());
    EXPECT_EQ(last_lines(std::string(100000, 'x'), 1)[0].size(), 512U);
}

class ConsoleTest : public testing::Test {
  protected:
    ConsoleTest() {
        int out[2]; // NOLINT
        int in[2];  // NOLINT
        if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(in, O_CLOEXEC) != 0) {
            throw os::errno_error("pipe");
        }
        guest_out.reset(out[1]);
        guest_in.reset(in[0]);
        console.emplace(loop, log, os::UniqueFd(out[0]), os::UniqueFd(in[1]));
    }
    void run_for(std::chrono::milliseconds time) {
        const auto stop = loop.after(time, [this] { loop.stop(); });
        loop.run();
    }

    os::TemporaryDir dir;
    Loop loop;
    ConsoleLog log{dir.path() / "console.log", 100000};
    os::UniqueFd guest_out;
    os::UniqueFd guest_in;
    std::optional<Console> console;
};

TEST_F(ConsoleTest, AFloodingGuestWaitsForUs) {
    ::signal(SIGPIPE, SIG_IGN);
    std::thread flood([&] {
        const std::string text(65536, 'f');
        for (;;) {
            if (::write(guest_out.get(), text.data(), text.size()) <= 0) {
                return;
            }
        }
    });
    run_for(std::chrono::milliseconds(1500));
    const std::uint64_t taken = log.written();
    console.reset(); // the flood's next write fails
    flood.join();
    // The burst, then half a MiB a second.
    EXPECT_GT(taken, 1U << 20U);
    EXPECT_LT(taken, 3U << 20U);
    EXPECT_LE(total_size(dir.path() / "console.log"), 100000U);
}

TEST_F(ConsoleTest, AttachedSeeAndType) {
    std::string seen;
    const auto key = console->attach([&](std::string_view bytes) { seen += bytes; });
    os::write_all(guest_out.get(), "login: ", "test");
    console->type("root\n");
    run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(seen, "login: ");
    std::array<char, 16> typed{};
    EXPECT_EQ(::read(guest_in.get(), typed.data(), typed.size()), 5);
    console->detach(key);
    os::write_all(guest_out.get(), "more", "test");
    run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(seen, "login: ");
    EXPECT_EQ(log.tail(1), Lines{"login: more"});
}

TEST_F(ConsoleTest, TypingToADeafGuestIsBounded) {
    for (int i = 0; i < 100; ++i) {
        console->type(std::string(10000, 'k'));
    }
    ::fcntl(guest_in.get(), F_SETFL, O_NONBLOCK);
    const auto pipe_size = static_cast<std::size_t>(::fcntl(guest_in.get(), F_GETPIPE_SZ));
    std::size_t got = 0;
    std::string text(65536, '\0');
    for (int idle = 0; idle < 3; ++idle) {
        run_for(std::chrono::milliseconds(20));
        for (ssize_t n = 0; (n = ::read(guest_in.get(), text.data(), text.size())) > 0; idle = 0) {
            got += static_cast<std::size_t>(n);
        }
    }
    EXPECT_GE(got, pipe_size);
    EXPECT_LE(got, pipe_size + 65536U)
        << "what is not read beyond the pipe and 64 KiB goes nowhere";
}

TEST_F(ConsoleTest, DrainTakesWhatTheDeadLeft) {
    os::write_all(guest_out.get(), "last words\n", "test");
    guest_out.reset();
    console->drain();
    EXPECT_EQ(log.tail(1), Lines{"last words"});
    run_for(std::chrono::milliseconds(20)); // nothing left on the loop that could spin
    EXPECT_EQ(loop.registrations(), 0U);
}

} // namespace
} // namespace banger::supervisor
