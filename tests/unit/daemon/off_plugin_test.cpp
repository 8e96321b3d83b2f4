#include "daemon/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Check check_of(const std::string& trouble, bool given_up) {
    return off_plugin_check({"nat", "switched off in config.yaml", trouble, given_up}, "/c.yaml");
}

TEST(OffPlugin, IsNoTroubleByItself) {
    EXPECT_EQ(check_of("", false).severity, "info");
}

TEST(OffPlugin, ThatCouldNotLeaveIsAskedAgainByTheNextDaemon) {
    const Check check = check_of("nft failed", false);
    EXPECT_EQ(check.severity, "warning");
    EXPECT_EQ(check.cause, "nft failed");
    EXPECT_THAT(check.fix, HasSubstr("banger daemon restart asks it again"));
    EXPECT_THAT(check.fix, HasSubstr("plugins.entries.nat.enabled: true in /c.yaml"));
}

TEST(OffPlugin, ThatIsGivenUpIsNot) {
    const Check check = check_of("bangerd died in it", true);
    EXPECT_EQ(check.severity, "warning");
    EXPECT_THAT(check.fix, Not(HasSubstr("restart")));
    EXPECT_THAT(check.fix, HasSubstr("no daemon asks it again while it is off"));
    EXPECT_THAT(check.fix, HasSubstr("plugins.entries.nat.enabled: true in /c.yaml"));
}

} // namespace
} // namespace banger::daemon
