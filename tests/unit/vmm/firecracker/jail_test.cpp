#include "vmm/firecracker/jail.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "privileged/root_owned.hpp"
#include "unit/vmm/launch_spec.hpp"
#include "vmm/firecracker/driver.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::vmm::firecracker {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

Host jail_host() {
    Host found;
    found.probe = {"firecracker", true, "kvm", "1.16.1", "/usr/local/bin/firecracker", "it ran"};
    found.version = {1, 16, 1};
    return found;
}

LaunchSpec jailed_spec() {
    LaunchSpec vm = launch_spec();
    vm.jail = JailSetup{
        {"sudo", "-n", "/usr/libexec/banger/banger-priv", "jail-run"}, "allow it", 70'000};
    return vm;
}

json body_of(const SupervisorPlan& plan, const std::string& path) {
    for (const ApiRequest& request : plan.requests) {
        if (request.path == path) {
            return json::parse(request.body);
        }
    }
    ADD_FAILURE() << "no " << path;
    return json::object();
}

TEST(FirecrackerJail, RequestsNameFilesAsTheJailHasThem) {
    const SupervisorPlan plan = Driver(jail_host()).plan(jailed_spec());
    ASSERT_TRUE(plan.jail);
    EXPECT_EQ(plan.jail->files, (std::vector<ImageLock>{{"/bundle/vmlinux", true},
                                                        {"initrd.img", true},
                                                        {"/bundle/rootfs.ext4", true},
                                                        {"overlay.ext4", false},
                                                        {"work.ext4", false}}));
    const json boot = body_of(plan, "/boot-source");
    EXPECT_EQ(boot["kernel_image_path"], "/files/0");
    EXPECT_EQ(boot["initrd_path"], "/files/1");
    EXPECT_EQ(body_of(plan, "/drives/base")["path_on_host"], "/files/2");
    EXPECT_EQ(body_of(plan, "/drives/work")["path_on_host"], "/files/4");
    EXPECT_EQ(body_of(plan, "/vsock")["uds_path"], "/vm/v.sock");
    EXPECT_EQ(body_of(plan, "/network-interfaces/eth0")["host_dev_name"], "bgr012345");
    EXPECT_EQ(plan.images.size(), 3U) << "locked by the names that they have here";

    const SupervisorPlan open = Driver(jail_host()).plan(launch_spec());
    EXPECT_EQ(plan.requests.size(), open.requests.size());
    EXPECT_EQ(body_of(plan, "/machine-config"), body_of(open, "/machine-config"));
    EXPECT_FALSE(open.jail);
}

TEST(FirecrackerJail, TheHelperIsToldWhatTheVmMayTake) {
    const os::TemporaryDir dir;
    Host found = jail_host();
    found.probe.binary = dir.path() / "firecracker";
    std::ofstream(found.probe.binary) << "program";
    fs::resize_file(found.probe.binary, (3U << 20U) + 1);
    const SupervisorPlan plan = Driver(found).plan(jailed_spec());
    const json request = json::parse(plan.jail->request);
    EXPECT_EQ(request, (json{{"id", "0123456789ab"},
                             {"firecracker", found.probe.binary.string()},
                             {"taps", {"bgr012345"}},
                             {"files", 5},
                             {"first_uid", 70000},
                             {"memory_mib", 512 + 8 + 192 + 4},
                             {"cpus", 2},
                             {"tasks", 33}}));
    EXPECT_EQ(plan.jail->command.back(), "jail-run");
    EXPECT_EQ(plan_from_json(to_json(plan)).jail, plan.jail);
}

TEST(FirecrackerJail, AProblemWithTheJailerKeepsFirecrackerFromBeingUsed) {
    const Probe good = with_jailer(jail_host(), "").probe;
    EXPECT_TRUE(good.usable);
    EXPECT_EQ(good.reason, "it ran; in its jailer");
    const Probe bad = with_jailer(jail_host(), "there is none").probe;
    EXPECT_FALSE(bad.usable);
    EXPECT_EQ(bad.reason, "firecracker.jailer is on, but there is none");
    EXPECT_EQ(bad.setting, "firecracker.jailer");
    Host unusable = jail_host();
    unusable.probe.usable = false;
    EXPECT_EQ(with_jailer(unusable, "there is none").probe.reason, "it ran")
        << "that it cannot be used at all comes first";
}

TEST(FirecrackerJail, TheJailerIsLookedForBesideFirecracker) {
    const os::TemporaryDir dir;
    const fs::path binary = dir.path() / "firecracker";
    const fs::path jailer = dir.path() / "jailer";
    const auto make = [](const fs::path& path, const std::string& says) {
        std::ofstream(path) << "#!/bin/sh\necho run >>\"$0.count\"\necho '" << says << "'\n";
        fs::permissions(path, fs::perms::owner_all);
    };
    Probe probe = jail_host().probe;
    probe.binary = binary;
    JailerVersion jailers;
    make(binary, "Firecracker v1.16.1");
    EXPECT_NE(jailer_problem(probe, jailers).find("there is no " + jailer.string()),
              std::string::npos);
    make(jailer, "Jailer v1.15.0");
    const std::string problem = jailer_problem(probe, jailers);
    if (::getuid() != 0) {
        EXPECT_NE(problem.find("can be changed by others than root"), std::string::npos);
        GTEST_SKIP() << "what root may run is not this user's to make";
    }
    if (privileged::is_on_users_mount(dir.path())) {
        EXPECT_NE(problem.find("is mounted nosuid"), std::string::npos);
        GTEST_SKIP() << dir.path() << " is mounted nosuid: no program there counts as root's";
    }
    EXPECT_EQ(problem, jailer.string() + " is of version 1.15.0, and Firecracker of 1.16.1");
    make(jailer, "Jailer v1.16.1 of another length");
    EXPECT_EQ(jailer_problem(probe, jailers), "");
    const auto asked = fs::file_size(dir.path() / "jailer.count");
    EXPECT_EQ(jailer_problem(probe, jailers), "");
    EXPECT_EQ(fs::file_size(dir.path() / "jailer.count"), asked) << "it is the same file";
    fs::permissions(jailer, fs::perms::owner_read);
    EXPECT_NE(jailer_problem(probe, jailers).find("its jailer cannot be run"), std::string::npos);
    fs::permissions(jailer, fs::perms::owner_all);
    fs::permissions(dir.path(), fs::perms::all);
    EXPECT_NE(jailer_problem(probe, jailers).find("can be changed by others than root"),
              std::string::npos);
    probe.binary = "/bin/sh";
    EXPECT_NE(jailer_problem(probe, jailers).find("is not named as it was released"),
              std::string::npos);
}

} // namespace
} // namespace banger::vmm::firecracker
