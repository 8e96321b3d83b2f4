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

} // namespace
} // namespace banger::os
