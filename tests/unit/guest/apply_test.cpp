#include "guest/apply.hpp"

#include "guest/config.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::guest {
namespace {

namespace fs = std::filesystem;

constexpr const char* document = R"({
    "version": 1, "hostname": "testbox", "domain": "vm", "machine_id": "0123456789abcdef0123456789abcdef",
    "resolv": {"nameservers": ["10.77.0.1"], "search": ["vm", "example.org"]},
    "hosts": [{"address": "127.0.1.1", "names": ["testbox.vm", "testbox"]}],
    "authorized_keys": {"root": ["ssh-ed25519 AAAA one"], "dev": ["ssh-ed25519 BBBB two"]},
    "ssh_host_keys": [{"type": "ed25519", "private": "PRIVATE", "public": "ssh-ed25519 CCCC"}],
    "files": [{"path": "/etc/banger/x", "mode": 384, "data": "aGk="}]})";

class ApplyTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "owners are set for several users, which needs root";
        }
        fs::create_directories(dir.path() / "etc");
        os::write_file_atomic(
            dir.path() / "etc/passwd",
            "root:x:0:0:root:/root:/bin/bash\ndev:x:1234:1235::/home/dev:/bin/sh\n", 0644);
    }

    std::vector<Problem> run(const Config& config) {
        return apply(config, {.root = dir.path(), .running_system = false});
    }
    std::string text(const char* path) { return os::read_file(dir.path() / path); }
    struct stat look(const char* path) {
        struct stat info {};
        EXPECT_EQ(::lstat((dir.path() / path).c_str(), &info), 0) << path;
        return info;
    }

    os::TemporaryDir dir;
};

TEST_F(ApplyTest, WritesEveryFile) {
    EXPECT_THAT(run(parse_config(document)), testing::IsEmpty());
    EXPECT_EQ(text("etc/hostname"), "testbox\n");
    EXPECT_EQ(text("etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    EXPECT_THAT(text("etc/hosts"), testing::HasSubstr("127.0.0.1 localhost\n"));
    EXPECT_THAT(text("etc/hosts"), testing::HasSubstr("\n127.0.1.1 testbox.vm testbox\n"));
    EXPECT_THAT(text("etc/resolv.conf"),
                testing::EndsWith("nameserver 10.77.0.1\nsearch vm example.org\n"));
    EXPECT_EQ(text("etc/ssh/ssh_host_ed25519_key"), "PRIVATE\n");
    EXPECT_EQ(look("etc/ssh/ssh_host_ed25519_key").st_mode & 07777U, 0600U);
    EXPECT_EQ(look("etc/ssh/ssh_host_ed25519_key.pub").st_mode & 07777U, 0644U);
    EXPECT_THAT(text("root/.ssh/authorized_keys"), testing::HasSubstr("ssh-ed25519 AAAA one\n"));
    EXPECT_EQ(look("root/.ssh").st_mode & 07777U, 0700U);
    EXPECT_EQ(look("home/dev/.ssh/authorized_keys").st_uid, 1234U);
    EXPECT_EQ(look("home/dev/.ssh").st_gid, 1235U);
    EXPECT_EQ(text("etc/banger/x"), "hi");
    EXPECT_EQ(look("etc/banger/x").st_mode & 07777U, 0600U);
}

TEST_F(ApplyTest, ASecondRunChangesNothing) {
    const Config config = parse_config(document);
    run(config);
    std::vector<ino_t> before;
    for (const char* path : {"etc/hostname", "etc/hosts", "etc/resolv.conf",
                             "root/.ssh/authorized_keys", "etc/banger/x"}) {
        before.push_back(look(path).st_ino);
    }
    EXPECT_THAT(run(config), testing::IsEmpty());
    std::size_t i = 0;
    for (const char* path : {"etc/hostname", "etc/hosts", "etc/resolv.conf",
                             "root/.ssh/authorized_keys", "etc/banger/x"}) {
        EXPECT_EQ(look(path).st_ino, before[i++]) << path;
    }
}

TEST_F(ApplyTest, AnotherIdentityReplacesTheFirstAndKeepsTheUsersLines) {
    Config config = parse_config(document);
    run(config);
    os::write_file_atomic(dir.path() / "root/.ssh/authorized_keys",
                          text("root/.ssh/authorized_keys") + "ssh-rsa mine\n", 0600);
    config.hosts[0].names = {"other"};
    ASSERT_EQ(config.authorized_keys[1].user, "root");
    config.authorized_keys[1].keys = {"ssh-ed25519 DDDD"};
    EXPECT_THAT(run(config), testing::IsEmpty());
    EXPECT_THAT(text("etc/hosts"), testing::Not(testing::HasSubstr("testbox")));
    EXPECT_THAT(text("root/.ssh/authorized_keys"),
                testing::AllOf(testing::HasSubstr("DDDD"), testing::HasSubstr("ssh-rsa mine\n"),
                               testing::Not(testing::HasSubstr("AAAA"))));
}

TEST_F(ApplyTest, EveryStepIsTriedAndFailuresAreNamed) {
    Config config = parse_config(document);
    config.authorized_keys.push_back({.user = "nobody-here", .keys = {"k"}});
    const auto problems = run(config);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].step, "access");
    EXPECT_TRUE(problems[0].essential);
    EXPECT_THAT(problems[0].reason, testing::HasSubstr("'nobody-here'"));
    EXPECT_EQ(text("etc/banger/x"), "hi");
}

} // namespace
} // namespace banger::guest
