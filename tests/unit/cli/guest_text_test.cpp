#include "cli/guest_text.hpp"

#include "os/clock.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::cli {
namespace {

using api_client::Json;

const Terminal plain_out{};

Json vm_with(Json guest) {
    guest["heard_at"] = os::to_rfc3339(os::now_ms() - 3000);
    return {{"guest", std::move(guest)}};
}

TEST(GuestText, SaysHowItIsAndHowOldThatIs) {
    const Json vm = vm_with({{"state", "ready"}, {"agent", {{"version", "0.1.0"}}}});
    EXPECT_EQ(guest_brief(vm, plain_out), "ready, 3s");
    EXPECT_EQ(guest_text(vm, plain_out), "ready, heard 3s ago, agent 0.1.0");
}

TEST(GuestText, NamesTheUnitsThatFailed) {
    const Json vm = vm_with({{"state", "ready"}, {"failed_units", {"a.service", "b.mount"}}});
    EXPECT_EQ(guest_brief(vm, plain_out), "ready, 2 failed, 3s");
    EXPECT_EQ(guest_text(vm, plain_out), "ready, heard 3s ago, failed units: a.service, b.mount");
}

TEST(GuestText, OneThatNobodyAskedHasNone) {
    EXPECT_EQ(guest_brief({{"guest", nullptr}}, plain_out), "");
    EXPECT_EQ(guest_text(Json::object(), plain_out), "");
    EXPECT_EQ(guest_text({{"guest", {{"state", "booting"}}}}, plain_out),
              "booting, never heard of");
}

} // namespace
} // namespace banger::cli
