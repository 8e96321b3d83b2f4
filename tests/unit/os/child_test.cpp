#include "os/child.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace banger::os {
namespace {

TEST(Child, MissingProgramIsNamed) {
    try {
        (void)Child::spawn({"no-such-program-here"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
        EXPECT_NE(std::string(error.what()).find("no-such-program-here"), std::string::npos);
    }
}

TEST(Child, ASignalIsToldFromAStatus) {
    Child child = Child::spawn({"sleep", "30"});
    child.kill(SIGKILL);
    const ExitStatus status = child.wait();
    EXPECT_EQ(status.signal, SIGKILL);
    EXPECT_FALSE(status.ok());
}

TEST(Child, KeepsWhatWeIgnoreWhenAsked) {
    const auto ended = [](bool keep) {
        SpawnOptions options;
        options.keep_ignored = keep;
        return Child::spawn({"sh", "-c", "kill -HUP $$; exit 3"}, options).wait();
    };
    const auto before = ::signal(SIGHUP, SIG_IGN);
    EXPECT_EQ(ended(true).code, 3);
    EXPECT_EQ(ended(false).signal, SIGHUP);
    ::signal(SIGHUP, before);
}

} // namespace
} // namespace banger::os
