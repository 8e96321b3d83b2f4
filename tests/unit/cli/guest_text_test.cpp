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

constexpr const char* plain_farewell =
    "testbox is still running; stop it with: banger vm stop testbox";

std::string farewell(Json guest, std::int64_t age_ms = 3000) {
    guest["heard_at"] = os::to_rfc3339(os::now_ms() - age_ms);
    return still_running_text({{"name", "testbox"}, {"guest", std::move(guest)}});
}

Json listening(const char* address, int port) {
    return {{"address", address}, {"port", port}};
}

TEST(StillRunning, SaysWhatGoesOnInIt) {
    const Json guest{
        {"state", "ready"},
        {"cpu_percent", 12.3},
        {"stats", {{"logins", 3}}},
        {"ports",
         {{"ports",
           {listening("0.0.0.0", 22), listening("0.0.0.0", 80), listening("::", 80),
            listening("::", 3000), listening("172.30.88.2", 9000), listening("127.0.0.1", 5432),
            listening("::1", 631), listening("::ffff:127.0.0.1", 7)}}}}};
    const std::string text = "testbox is still running (2 other logins, 3 ports listening, CPU "
                             "12 %); stop it with: banger vm stop testbox";
    EXPECT_EQ(farewell(guest), text);
    EXPECT_EQ(farewell(guest, 28000), text);
    EXPECT_EQ(farewell(guest, 32000), plain_farewell) << "that is no news";
}

TEST(StillRunning, SaysOnlyWhatIsOfInterest) {
    EXPECT_EQ(farewell({{"state", "ready"},
                        {"cpu_percent", 4.9},
                        {"stats", {{"logins", 1}}},
                        {"ports", {{"ports", {listening("::", 22)}}}}}),
              plain_farewell);
    EXPECT_EQ(farewell({{"state", "ready"}, {"stats", {{"logins", 2}}}}),
              "testbox is still running (1 other login); stop it with: banger vm stop testbox");
    EXPECT_EQ(farewell({{"cpu_percent", 100}, {"ports", {{"ports", {listening("::", 80)}}}}}),
              "testbox is still running (1 port listening, CPU 100 %); stop it with: banger vm "
              "stop testbox");
    EXPECT_EQ(still_running_text({{"name", "testbox"}, {"guest", nullptr}}), plain_farewell);
    EXPECT_EQ(still_running_text({{"name", "testbox"}, {"guest", {{"state", "booting"}}}}),
              plain_farewell);
}

TEST(StillRunning, ASilentGuestIsSaidToBe) {
    EXPECT_EQ(farewell({{"state", "silent"}, {"cpu_percent", 90}}, 45000),
              "testbox is still running (its guest is silent, for 45s); stop it with: banger vm "
              "stop testbox");
    EXPECT_EQ(still_running_text({{"name", "testbox"}, {"guest", {{"state", "silent"}}}}),
              "testbox is still running (its guest is silent); stop it with: banger vm stop "
              "testbox");
}

TEST(StillRunning, SaysThatItStopsByItself) {
    EXPECT_EQ(still_running_text({{"name", "web"}, {"idle_stop_s", 1800}, {"activity", "1 login"}}),
              "web is still running; it stops by itself when idle for 30m, or now with: "
              "banger vm stop web");
}

} // namespace
} // namespace banger::cli
