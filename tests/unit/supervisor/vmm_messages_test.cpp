#include "supervisor/vmm_messages.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"
#include "supervisor/vmm_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace banger::supervisor {
namespace {

using Lines = std::vector<std::string>;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    void write(const std::string& text) const { os::write_all(in.get(), text, "test"); }
    os::UniqueFd out;
    os::UniqueFd in;
};

void run_for(Loop& loop, std::chrono::milliseconds time) {
    const auto stop = loop.after(time, [&loop] { loop.stop(); });
    loop.run();
}

TEST(VmmMessages, LinesOfTwoSourcesAreNotMixed) {
    Loop loop;
    VmmMessages messages(loop);
    Pipe error;
    Pipe log;
    messages.read_from(std::move(error.out));
    messages.read_from(std::move(log.out));
    error.write("half of ");
    run_for(loop, std::chrono::milliseconds(20));
    log.write("a line of the log\n");
    run_for(loop, std::chrono::milliseconds(20));
    EXPECT_EQ(messages.lines(9), Lines{"a line of the log"});
    error.write("another\nand a rest");
    log.in.reset();
    run_for(loop, std::chrono::milliseconds(20));
    messages.drain();
    EXPECT_EQ(messages.lines(9), (Lines{"a line of the log", "half of another", "and a rest"}));
    EXPECT_EQ(messages.lines(1), Lines{"and a rest"});
    EXPECT_EQ(loop.registrations(), 0U);
}

TEST(VmmMessages, ALineWithoutAnEndIsBounded) {
    Loop loop;
    VmmMessages messages(loop);
    Pipe error;
    messages.read_from(std::move(error.out));
    for (int i = 0; i < 20; ++i) {
        error.write(std::string(4000, 'x'));
        run_for(loop, std::chrono::milliseconds(5));
    }
    error.write("\nthe end\n");
    run_for(loop, std::chrono::milliseconds(60));
    EXPECT_EQ(messages.lines(9).back(), "the end");
}

TEST(VmmMessages, AFloodWaitsForUs) {
    Loop loop;
    VmmMessages messages(loop);
    Pipe log;
    ::fcntl(log.in.get(), F_SETFL, O_NONBLOCK);
    messages.read_from(std::move(log.out));
    std::size_t written = 0;
    const std::string line = std::string(4095, 'x') + "\n";
    const auto flood = loop.watch(log.in.get(), EPOLLOUT, [&](std::uint32_t) {
        const ssize_t n = ::write(log.in.get(), line.data(), line.size());
        written += n > 0 ? static_cast<std::size_t>(n) : 0;
    });
    run_for(loop, std::chrono::milliseconds(2000));
    EXPECT_GT(written, 1U << 20U) << "a boot's worth goes through at once";
    EXPECT_LT(written, 5U << 20U);
    messages.drain();
    EXPECT_EQ(messages.lines(1), Lines{std::string(512, 'x')}); // of a line, that much is told
}

TEST(VmmFiles, TheLogIsAFifoThatIsReadAndNeverWaitedFor) {
    const os::TemporaryDir dir;
    const vmm::RunFolder run{dir.path()};
    Loop loop;
    VmmMessages messages(loop);
    messages.read_from(make_vmm_log(run));
    run_for(loop, std::chrono::milliseconds(20)); // nobody writes yet: no end either
    {
        const os::UniqueFd vmm = os::open_file(run.vmm_log(), O_RDWR | O_NONBLOCK);
        os::write_all(vmm.get(), "words\n", "test");
    }
    run_for(loop, std::chrono::milliseconds(20));
    const os::UniqueFd again = os::open_file(run.vmm_log(), O_RDWR | O_NONBLOCK);
    os::write_all(again.get(), "and more\n", "test");
    messages.drain();
    EXPECT_EQ(messages.lines(9), (Lines{"words", "and more"}));
}

TEST(VmmFiles, WhatALastRunLeftIsTakenAwayAndNothingElse) {
    const os::TemporaryDir dir;
    const vmm::RunFolder run{dir.path()};
    (void)os::listen_unix(run.vmm_api()); // closed at once: the files stay
    (void)os::listen_unix(run.vmm_vsock());
    (void)os::listen_unix(run.vmm_vsock().string() + "_1024");
    os::write_file_atomic(run.vmm_log(), "of another kind");
    os::write_file_atomic(run.exit(), "{}");
    const os::UniqueFd guest = os::listen_unix(run.guest());
    remove_vmm_files(run);
    Lines names;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
        names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (Lines{"exit.json", "guest.sock"}));
    EXPECT_NO_THROW((void)make_vmm_log(run));
    EXPECT_THROW((void)make_vmm_log(run), os::Error);
    remove_vmm_files({dir.path() / "nowhere"});
}

} // namespace
} // namespace banger::supervisor
