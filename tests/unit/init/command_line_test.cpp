#include "init/command_line.hpp"

#include <gtest/gtest.h>

namespace banger::init {
namespace {

TEST(KernelCommandLine, FindsKeysAndTheLastValue) {
    const CommandLine line("console=ttyS0 reboot=t  banger.debug init=/a init=/bin/b quiet");
    EXPECT_EQ(line.find("reboot"), "t");
    EXPECT_EQ(line.find("init"), "/bin/b");
    EXPECT_EQ(line.find("banger.debug"), "");
    EXPECT_EQ(line.find("quiet"), "");
    EXPECT_EQ(line.find("reb"), std::nullopt);
    EXPECT_EQ(line.find("debug"), std::nullopt);
    EXPECT_EQ(CommandLine("").find("a"), std::nullopt);
}

} // namespace
} // namespace banger::init
