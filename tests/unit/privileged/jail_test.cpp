#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "privileged/arguments.hpp"
#include "privileged/jail_lease.hpp"
#include "privileged/jail_list.hpp"
#include "privileged/jail_request.hpp"
#include "privileged/jail_root.hpp"
#include "privileged/jailer_file.hpp"

#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json good() {
    return {{"id", "0123456789ab"},
            {"firecracker", "/usr/bin/firecracker"},
            {"taps", {"bgr1"}},
            {"files", 3},
            {"first_uid", 70000},
            {"memory_mib", 700},
            {"cpus", 2},
            {"tasks", 33}};
}

JailRequest parsed(const json& args) {
    Arguments arguments(args);
    JailRequest request = parse_jail_request(arguments);
    arguments.finish();
    return request;
}

std::string refusal(const char* key, const json& value) {
    json args = good();
    args[key] = value;
    try {
        (void)parsed(args);
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        return error.what();
    }
    return "accepted";
}

TEST(JailRequest, HasEachOfItsArguments) {
    const JailRequest request = parsed(good());
    EXPECT_EQ(request.id, "0123456789ab");
    EXPECT_EQ(request.firecracker, "/usr/bin/firecracker");
    EXPECT_EQ(request.taps, std::vector<std::string>{"bgr1"});
    EXPECT_EQ(request.files, 3U);
    EXPECT_EQ(request.first_uid, 70000U);
    EXPECT_EQ(request.limits.memory_mib, 700U);
    EXPECT_EQ(request.limits.cpus, 2U);
    EXPECT_EQ(request.limits.tasks, 33U);
}

TEST(JailRequest, RefusesWhatCouldMeanSomethingElse) {
    for (const json& id : {json("../x"), json(""), json("-n"), json("A"), json(1)}) {
        EXPECT_NE(refusal("id", id), "accepted") << id;
    }
    for (const json& path : {json("firecracker"), json(""), json(std::string("/a\0b", 4)),
                             json("/" + std::string(2000, 'a')), json(7)}) {
        EXPECT_EQ(refusal("firecracker", path),
                  "argument \"firecracker\" must be an absolute path of up to 1024 bytes");
    }
    EXPECT_NE(refusal("taps", {"eth0"}), "accepted");
    EXPECT_NE(refusal("taps", {1}), "accepted");
    EXPECT_NE(refusal("files", 0), "accepted");
    EXPECT_NE(refusal("files", 65), "accepted");
    for (const json& uid : {json(0), json(1000), json(65534), json(-1), json(4294967295U)}) {
        EXPECT_NE(refusal("first_uid", uid), "accepted") << uid;
    }
    EXPECT_EQ(refusal("command", "sh"), "unknown argument \"command\"");
}

TEST(JailerFile, IsBesideFirecrackerWithTheSameEnding) {
    EXPECT_EQ(jailer_beside("/usr/bin/firecracker"), "/usr/bin/jailer");
    EXPECT_EQ(jailer_beside("/opt/fc/firecracker-v1.16.1-x86_64"), "/opt/fc/jailer-v1.16.1-x86_64");
    EXPECT_EQ(jailer_beside("/usr/bin/vmm"), "");
}

TEST(JailRoot, IsWhereTheJailerLooks) {
    EXPECT_EQ(jail_root_of("/run/banger-jail", "/opt/fc/firecracker-v1.16.1", "0123456789ab"),
              "/run/banger-jail/firecracker-v1.16.1/0123456789ab/root");
}

TEST(JailLease, NumbersOfOthersContainersAreKnown) {
    const std::string text = "alice:100000:65536\nbob:70000:10\nbroken\n:5:\n";
    EXPECT_TRUE(is_in_sub_ids(text, 100000));
    EXPECT_TRUE(is_in_sub_ids(text, 165535));
    EXPECT_FALSE(is_in_sub_ids(text, 165536));
    EXPECT_TRUE(is_in_sub_ids(text, 70009));
    EXPECT_FALSE(is_in_sub_ids(text, 70010));
    EXPECT_FALSE(is_in_sub_ids("", 70000));
    EXPECT_FALSE(is_in_sub_ids(text, 5));
}

TEST(JailList, TellsADeadJailFromALivingOne) {
    const os::TemporaryDir dir;
    std::ofstream(dir.path() / "70000") << jail_text("0123456789ab", ::getuid());
    std::ofstream(dir.path() / "70001") << jail_text("0123456789cd", ::getuid());
    std::ofstream(dir.path() / "notes") << "x\n";
    const os::UniqueFd held = os::open_file(dir.path() / "70001", O_RDWR);
    hold_jail(held, "70001");
    const auto jails = own_jails(dir.path());
    ASSERT_EQ(jails.size(), 2U);
    EXPECT_EQ(jails[0].uid, 70000U);
    EXPECT_EQ(jails[0].vm, "0123456789ab");
    EXPECT_TRUE(jails[0].dead);
    EXPECT_EQ(jails[1].vm, "0123456789cd");
    EXPECT_FALSE(jails[1].dead);
    EXPECT_TRUE(own_jails(dir.path() / "none").empty());
}

TEST(JailList, WhoMayOnlyReadTheFileKeepsNoDeadJail) {
    const os::TemporaryDir dir;
    const fs::path path = dir.path() / "70000";
    std::ofstream(path) << jail_text("0123456789ab", ::getuid());
    const os::UniqueFd reader = os::open_file(path, O_RDONLY);
    struct flock lock {};
    lock.l_type = F_RDLCK;
    ASSERT_EQ(::fcntl(reader.get(), F_OFD_SETLK, &lock), 0);
    ASSERT_EQ(::flock(reader.get(), LOCK_EX), 0);
    lock.l_type = F_WRLCK;
    EXPECT_EQ(::fcntl(reader.get(), F_OFD_SETLK, &lock), -1) << "as a jail holds it";
    ASSERT_EQ(all_jails(dir.path()).size(), 1U);
    EXPECT_TRUE(all_jails(dir.path())[0].dead);
}

TEST(JailList, OthersJailsAreNotOnesOwn) {
    const os::TemporaryDir dir;
    std::ofstream(dir.path() / "70000") << jail_text("0123456789ab", ::getuid() + 1);
    std::ofstream(dir.path() / "70001") << "012345"; // its helper was killed here
    EXPECT_TRUE(own_jails(dir.path()).empty());
    const auto jails = all_jails(dir.path());
    ASSERT_EQ(jails.size(), 2U);
    EXPECT_EQ(jails[0].caller, ::getuid() + 1);
    EXPECT_EQ(jails[1].caller, nobody_at_all);
    EXPECT_EQ(jails[1].vm, "");
}

} // namespace
} // namespace banger::privileged
