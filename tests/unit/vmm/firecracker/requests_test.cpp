#include "vmm/firecracker/requests.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "support/firecracker_api.hpp"
#include "unit/vmm/launch_spec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::vmm::firecracker {
namespace {
namespace fake = test::firecracker;

constexpr Version oldest{1, 12, 0};
constexpr Version newest{1, 16, 1};

/// One request a line, so that a change shows as itself.
void expect_golden(const std::string& name, const std::vector<ApiRequest>& list) {
    std::string text;
    for (const ApiRequest& request : list) {
        text += request.method + " " + request.path + " " + request.body + "\n";
    }
    const std::filesystem::path file = std::filesystem::path(BANGER_GOLDEN) / "firecracker" / name;
    if (std::getenv("BANGER_ACCEPT") != nullptr) {
        os::write_file_atomic(file, text, 0644);
    }
    EXPECT_EQ(text, os::read_file(file)) << "run with BANGER_ACCEPT=1 to take the new text";
}

/// What Firecracker would say to all of them, by its published description where that is at hand.
void expect_accepted(const std::vector<ApiRequest>& list, const Version& version) {
    const auto file = fake::find_description();
    std::optional<fake::Schema> schema;
    if (file) {
        schema.emplace(*file);
    }
    fake::Api::Options options;
    options.version = to_string(version);
    fake::Api api(schema ? &*schema : nullptr, options);
    for (const ApiRequest& request : list) {
        const fake::Answer answer = api.handle(request.method, request.path, request.body);
        EXPECT_EQ(answer.status, 204U)
            << request.method << " " << request.path << " " << request.body << ": " << answer.body;
    }
    EXPECT_EQ(api.state(), fake::State::running);
    EXPECT_TRUE(api.repeated().empty());
}

std::string body_of(const std::vector<ApiRequest>& list, const std::string& path) {
    for (const ApiRequest& request : list) {
        if (request.path == path) {
            return request.body;
        }
    }
    return {};
}

TEST(FirecrackerRequests, OfAVmWithAnOverlay) {
    expect_golden("overlay.txt", requests(newest, launch_spec()));
    expect_accepted(requests(newest, launch_spec()), newest);
}

TEST(FirecrackerRequests, OfALargeVmWithOddNamesOnTheNewestRelease) {
    expect_golden("large.txt", requests(newest, large_launch_spec()));
    expect_accepted(requests(newest, large_launch_spec()), newest);
}

TEST(FirecrackerRequests, LimitsAreBucketsOfASecond) {
    LaunchSpec vm = launch_spec();
    vm.disks[1].limit = {50 << 20, 1000};
    vm.disks[2].limit = {0, 10};
    vm.nics[0].limit = {10 << 20, 0};
    for (const Version& version : {oldest, newest}) {
        expect_accepted(requests(version, vm), version);
    }
    using nlohmann::json;
    const auto list = requests(newest, vm);
    const auto limiter = [&](const char* path, const char* key) {
        return json::parse(body_of(list, path)).value(key, json());
    };
    const json bandwidth{{"size", 50 << 20}, {"refill_time", 1000}};
    const json ops{{"size", 1000}, {"refill_time", 1000}};
    EXPECT_EQ(limiter("/drives/overlay", "rate_limiter"),
              (json{{"bandwidth", bandwidth}, {"ops", ops}}));
    EXPECT_EQ(limiter("/drives/work", "rate_limiter"),
              (json{{"ops", {{"size", 10}, {"refill_time", 1000}}}}));
    EXPECT_EQ(limiter("/drives/base", "rate_limiter"), json());
    const json network{{"bandwidth", {{"size", 10 << 20}, {"refill_time", 1000}}}};
    EXPECT_EQ(limiter("/network-interfaces/eth0", "rx_rate_limiter"), network);
    EXPECT_EQ(limiter("/network-interfaces/eth0", "tx_rate_limiter"), network);
}

TEST(FirecrackerRequests, AnOlderReleaseGetsNoFieldThatItDoesNotKnow) {
    const auto list = requests(oldest, large_launch_spec());
    expect_golden("large-1.12.txt", list);
    expect_accepted(list, oldest);
    EXPECT_EQ(body_of(list, "/network-interfaces/eth1").find("mtu"), std::string::npos);
    EXPECT_NE(body_of(requests({1, 16, 0}, large_launch_spec()), "/network-interfaces/eth1")
                  .find("\"mtu\":9000"),
              std::string::npos);
    expect_accepted(requests({1, 15, 1}, large_launch_spec()), {1, 15, 1});
}

TEST(FirecrackerRequests, NothingIsAskedForTwiceAndTheLastOneStarts) {
    std::set<std::string> paths;
    for (const ApiRequest& request : requests(newest, large_launch_spec())) {
        EXPECT_EQ(request.method, "PUT");
        EXPECT_TRUE(paths.insert(request.path).second) << request.path;
        EXPECT_TRUE(nlohmann::json::parse(request.body).is_object());
    }
    EXPECT_EQ(requests(newest, launch_spec()).back(),
              (ApiRequest{"PUT", "/actions", R"({"action_type":"InstanceStart"})"}));
}

TEST(FirecrackerRequests, DrivesComeInTheirOrderAndWhatIsWrittenIsFlushed) {
    std::vector<std::string> drives;
    for (const ApiRequest& request : requests(newest, launch_spec())) {
        if (request.path.starts_with("/drives/")) {
            drives.push_back(request.path.substr(8));
            const auto body = nlohmann::json::parse(request.body);
            EXPECT_EQ(body["is_root_device"], false); // it would be vda, wherever it stands
            EXPECT_EQ(body.contains("cache_type"), !body["is_read_only"].get<bool>());
        }
    }
    EXPECT_EQ(drives, (std::vector<std::string>{"base", "overlay", "work"}));
}

TEST(FirecrackerRequests, AWholeHouseOfDevicesIsTaken) {
    LaunchSpec vm = launch_spec();
    for (int i = 0; vm.disks.size() + vm.nics.size() < 14; ++i) {
        vm.disks.push_back({"extra" + std::to_string(i), "x.ext4", false});
    }
    expect_accepted(requests(newest, vm), newest);
}

TEST(FirecrackerRequests, IdsOfOursThatTheApiDoesNotTakeStayApart) {
    EXPECT_EQ(api_id("work", 2), "work");
    EXPECT_EQ(api_id("my-data.1", 2), "my_data_1__2");
    EXPECT_NE(api_id("a-b", 0), api_id("a.b", 1));
    LaunchSpec vm = launch_spec();
    vm.disks = {{"a_b", "x", false}, {"a_b", "y", false}};
    EXPECT_THROW((void)requests(newest, vm), os::Error);
    for (const char* id : {"", "1st", "a/b", "a b", "a-name-of-more-than-20"}) {
        vm.disks = {{id, "x.ext4", false}};
        EXPECT_THROW((void)requests(newest, vm), os::Error) << id;
    }
}

TEST(FirecrackerRequests, TheDriverOwnsWhatEndsAGuestAndWhereItsDisksAre) {
    for (const char* arg : {"reboot=t", "panic=1", "console=tty0", "banger.disks=a",
                            "banger.poweroff=off", "banger.vsock=public", "two words"}) {
        LaunchSpec vm = launch_spec();
        vm.kernel_args = {arg};
        EXPECT_THROW((void)kernel_command_line(newest, vm), os::Error) << arg;
    }
}

TEST(FirecrackerRequests, NoGuestLooksForPci) {
    const auto says_so = [](const Version& version) {
        return kernel_command_line(version, launch_spec()).find(" pci=off") != std::string::npos;
    };
    EXPECT_TRUE(says_so(oldest));
    EXPECT_TRUE(says_so({1, 12, 9}));
    EXPECT_FALSE(says_so({1, 13, 0})) << "Firecracker says so itself";
    EXPECT_FALSE(says_so(newest));
}

TEST(FirecrackerRequests, ACommandLineBeyondItsLimitIsRefusedWithBothNumbers) {
    LaunchSpec vm = launch_spec();
    vm.kernel_args = {"x=" + std::string(1'500, 'x')};
    EXPECT_NO_THROW((void)kernel_command_line(newest, vm));
    vm.kernel_args = {"x=" + std::string(1'700, 'x')};
    try {
        (void)kernel_command_line(newest, vm);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        EXPECT_NE(std::string(error.what()).find("it takes 2048"), std::string::npos);
    }
}

TEST(FirecrackerRequests, APathThatIsNotUtf8IsRefusedAndNotChanged) {
    LaunchSpec vm = launch_spec();
    vm.kernel = "/bundle/\xff/vmlinux";
    EXPECT_THROW((void)requests(newest, vm), os::Error);
}

} // namespace
} // namespace banger::vmm::firecracker
