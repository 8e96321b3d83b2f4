// What leaves a plugin that another compiler built, with another library for exceptions.
#include "side_effects.hpp"

#include "os/run.hpp"

#include <csignal>

namespace banger::plugin {
namespace {

using vm::Hook;
using vm::Phase;

bool is_built(const std::string& id) {
    return std::filesystem::exists(std::filesystem::path(BANGER_TEST_PLUGINS) / (id + ".so"));
}

struct Foreign : Misbehaving {
    /// An exception out of a plugin built by somebody else.
    void expect_caught(const std::string& how, const std::string& text) {
        ASSERT_EQ(load("before_start=" + how, id), "");
        EXPECT_EQ(run(Hook::before_start),
                  "plugin " + id + ", before_start of VM web: an exception left it: " + text);
        EXPECT_EQ(host->info(id).state, State::faulted);
        EXPECT_TRUE(undo(Phase::start).empty());
        EXPECT_TRUE(rows().empty());
        expect_the_other_is_well();
    }
};

TEST_F(Foreign, ClangsExceptionsAreCaught) {
    id = "by-clang";
    if (!is_built(id)) {
        GTEST_SKIP() << "clang++ is not installed";
    }
    expect_caught("throw-std", "out of paper");
}

TEST_F(Foreign, LibcxxsExceptionsAreCaught) {
    id = "by-libcxx";
    if (!is_built(id)) {
        GTEST_SKIP() << "clang++ with libc++ is not installed (libc++-dev, libc++abi-dev)";
    }
    expect_caught("throw-int", "an exception that is no std::exception");
}

TEST_F(Foreign, ACaughtPanicOfRustIsAnError) {
    id = "rust-caught";
    if (!is_built(id)) {
        GTEST_SKIP() << "rustc is not installed";
    }
    host->add(id);
    host->add("rec-well");
    ASSERT_EQ(host->load(), "");
    EXPECT_EQ(run(Hook::before_start),
              "plugin rust-caught, before_start of VM web: a panic was caught");
    EXPECT_EQ(host->info(id).state, State::active);
    EXPECT_TRUE(undo(Phase::start).empty());
    expect_the_other_is_well();
}

TEST_F(Foreign, AnUncaughtPanicOfRustEndsTheDaemon) {
    id = "rust-uncaught";
    if (!is_built(id)) {
        GTEST_SKIP() << "rustc is not installed";
    }
    const os::Output output =
        os::run({BANGER_TEST_CHILD, id},
                {.timeout = std::chrono::seconds(60),
                 .env = std::vector<std::string>{"PATH=/usr/bin:/bin", "RUST_BACKTRACE=0",
                                                 "TMPDIR=" + dir.path().string()}});
    EXPECT_EQ(output.status.signal, SIGABRT) << output.out << output.err;
    EXPECT_EQ(output.out, "loaded\n");
    EXPECT_THAT(output.err, testing::HasSubstr("index out of bounds"));
}

} // namespace
} // namespace banger::plugin
