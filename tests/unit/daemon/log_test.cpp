#include "daemon/log.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <spdlog/logger.h>

namespace banger::daemon {
namespace {

TEST(Log, HasNoEmptyLineBehindATextThatEndsItsOwn) {
    const os::TemporaryDir dir;
    const auto file = dir.path() / "bangerd.log";
    const auto log = open_log(file, "info", 1U << 20U, false);
    write_log(*log, "warning", "GET /v1/vms -> 503: {}\n");
    write_log(*log, "warning", "\n");
    write_log(*log, "info", "next");
    const auto lines = os::tail_lines(file, 10);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[0], testing::EndsWith("-> 503: {}"));
    EXPECT_THAT(lines[2], testing::EndsWith("next"));
}

} // namespace
} // namespace banger::daemon
