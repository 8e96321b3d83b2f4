#include "vm/requests.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

using nlohmann::json;

std::string refusal(const json& body) {
    try {
        (void)create_request(body);
    } catch (const os::Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Requests, ACreateTakesWhatIsGivenAndLeavesTheRestOpen) {
    const CreateRequest request = create_request(
        {{"name", "web"}, {"memory_mib", 1024}, {"timeout_s", 30}, {"image", nullptr}});
    EXPECT_EQ(request.name, "web");
    EXPECT_EQ(request.memory_mib, 1024);
    EXPECT_EQ(request.timeout, std::chrono::seconds(30));
    EXPECT_FALSE(request.image);
    EXPECT_FALSE(request.vcpus);
}

TEST(Requests, BadMembersAreNamed) {
    EXPECT_EQ(refusal({{"nmae", "x"}}), "unknown member 'nmae' in the request");
    EXPECT_EQ(refusal({{"name", 5}}), "name must be a text");
    EXPECT_EQ(refusal({{"vcpus", 0}}), "vcpus must be at least 1, not 0");
    EXPECT_EQ(refusal({{"vcpus", 1.5}}), "vcpus must be a whole number, not 1.5");
    EXPECT_NE(refusal({{"memory_mib", 18446744073709551615ULL}}), "accepted");
    EXPECT_NE(refusal({{"memory_mib", -1}}), "accepted");
    EXPECT_EQ(refusal({{"memory_mib", 64}}), "memory_mib must be at least 128 MiB, not 64 MiB");
    EXPECT_EQ(refusal({{"vcpus", 33}}), "vcpus must be at most 32, not 33");
    EXPECT_NE(refusal({{"options", "nat"}}), "accepted");
    EXPECT_NE(refusal(json::array()), "accepted");
}

TEST(Requests, APolicyChangesWhatItNames) {
    store::VmRow row;
    row.autostart = "on";
    row.max_lifetime_s = 60;
    const SetRequest request = set_request({{"idle_stop_s", 1800}, {"max_lifetime_s", 0}});
    request.policy.apply(row);
    EXPECT_EQ(row.autostart, "on");
    EXPECT_EQ(row.idle_stop_s, 1800);
    EXPECT_EQ(row.max_lifetime_s, 0);
    EXPECT_EQ(create_request({{"autostart", "last"}}).policy.autostart, "last");
    EXPECT_EQ(refusal({{"autostart", "always"}}),
              "autostart must be on, off or last, not 'always'");
    EXPECT_EQ(refusal({{"idle_stop_s", -1}}), "idle_stop_s must be at least 0 s, not -1 s");
    EXPECT_NE(refusal({{"max_lifetime_s", 31'536'001}}), "accepted");
}

TEST(Requests, LimitsChangeWhatTheyName) {
    store::VmRow row;
    row.disk_ops_per_s = 100;
    row.network_bytes_per_s = 1000;
    const SetRequest request =
        set_request({{"disk_bytes_per_s", 50 << 20}, {"network_bytes_per_s", 0}});
    request.limits.apply(row);
    EXPECT_EQ(row.disk_bytes_per_s, 50 << 20);
    EXPECT_EQ(row.disk_ops_per_s, 100);
    EXPECT_EQ(row.network_bytes_per_s, 0);
    EXPECT_EQ(create_request({{"disk_ops_per_s", 10}}).limits.disk_ops, 10);
    EXPECT_EQ(refusal({{"disk_bytes_per_s", -1}}),
              "disk_bytes_per_s must be at least 0 bytes, not -1 bytes");
    EXPECT_EQ(refusal({{"disk_ops_per_s", 10'000'001}}),
              "disk_ops_per_s must be at most 10000000, not 10000001");
    EXPECT_EQ(refusal({{"disk_ops_per_s", 9}}), "disk_ops_per_s must be at least 10, not 9");
    EXPECT_EQ(refusal({{"network_bytes_per_s", 1}}),
              "network_bytes_per_s must be at least 64K, not 1 bytes");
    EXPECT_EQ(refusal({{"disk_bytes_per_s", 63 << 10}}),
              "disk_bytes_per_s must be at least 64K, not 63K");
}

TEST(Requests, ASetWithNothingToSetIsRefused) {
    EXPECT_THROW((void)set_request(json::object()), os::Error);
    EXPECT_EQ(set_request({{"vcpus", 2}}).vcpus, 2);
    EXPECT_EQ(set_request({{"disk_mib", 8192}}).disk_mib, 8192);
    EXPECT_EQ(set_request({{"work_disk_mib", 8192}}).work_disk_mib, 8192);
    EXPECT_THROW((void)set_request({{"work_disk_mib", "8G"}}), os::Error);
    EXPECT_THROW((void)set_request({{"disk_mib", 0}}), os::Error);
}

TEST(Requests, AStopMayForceOrWait) {
    EXPECT_TRUE(stop_request({{"force", true}}).force);
    EXPECT_EQ(stop_request({{"timeout_s", 0}}).timeout, std::chrono::seconds(0));
    EXPECT_THROW((void)stop_request({{"force", "yes"}}), os::Error);
}

TEST(Requests, MoreThanTheHostHasIsRefused) {
    EXPECT_NO_THROW(check_resources(1, 256));
    EXPECT_THROW(check_resources(1, host_memory_mib() + 1), os::Error);
    EXPECT_THROW(check_resources(32 * 1024, 256), os::Error);
}

} // namespace
} // namespace banger::vm
