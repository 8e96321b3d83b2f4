// compact, inspect and seed.
#include "ext4_disk.hpp"
#include "packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace image_tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(Compact, TakesWhatIsFreeAndZero) {
    const Bench bench;
    bench.write("fs/kept", noise(3U << 20U, 1));
    bench.write("fs/zeros", std::string(2U << 20U, '\0') + "x");
    bench.write("fs/deleted", noise(30U << 20U, 2));
    for (int i = 0; i < 2000; ++i) {
        bench.write("fs/many/with-a-name-of-some-length-" + std::to_string(i), "");
    }
    const std::string disk = bench.make("fs", "128M", {"-N", "8192"});
    change(disk, {"rm /deleted"});
    const Told told = tell(compact, {"--fs", disk, "--margin-mib", "8", "--label", "bgr-base"});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(faults(disk), "");
    EXPECT_EQ(told.result["size_bytes"], std::filesystem::file_size(disk));
    EXPECT_EQ(told.result["disk_bytes"], bytes_on_disk(disk));
    EXPECT_LT(std::filesystem::file_size(disk), 64U << 20U);
    EXPECT_GE(told.result["size_bytes"].get<std::uint64_t>(),
              told.result["content_bytes"].get<std::uint64_t>() + (8U << 20U));
    EXPECT_LT(bytes_on_disk(disk), 8U << 20U);
    EXPECT_EQ(bytes_of(disk).find(noise(1000, 2)), std::string::npos)
        << "what was deleted is there";
    EXPECT_TRUE(content(disk, "/kept") == noise(3U << 20U, 1));
    EXPECT_TRUE(content(disk, "/zeros") == std::string(2U << 20U, '\0') + "x");
    EXPECT_THAT(ask(disk, "stat /many"), HasSubstr("Flags: 0x81000")) << "no index";
    EXPECT_THAT(ask(disk, "show_super_stats -h"), HasSubstr("bgr-base"));
}

TEST(Compact, ForgetsWhatBelongsToOneVm) {
    const Bench bench;
    const std::string block = "# banger: begin, rewritten at every start\nssh-ed25519 KEYOFHOST\n"
                              "# banger: end\n";
    bench.write("fs/etc/ssh/ssh_host_ed25519_key", "HOSTKEYOFVM");
    bench.write("fs/etc/ssh/sshd_config", "Port 22\n");
    bench.write("fs/tmp/deep/er/file", noise(100000));
    bench.write("fs/etc/hosts", "10.0.0.1 mine\n" + block + "10.0.0.2 too\n");
    bench.write("fs/root/.ssh/authorized_keys", block);
    bench.write("fs/elsewhere", "stays");
    bench.link("../elsewhere", "fs/etc/hostname");
    const std::string disk = bench.make("fs");
    const Told told =
        tell(compact,
             {"--fs", disk, "--drop", "/etc/ssh/ssh_host_ed25519_key", "--drop", "/tmp", "--drop",
              "/etc/hostname", "--drop", "/no/such/thing", "--block", "/etc/hosts", "--block",
              "/root/.ssh/authorized_keys", "--block", "/etc/ssh", "--block", "/none"});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(faults(disk), "");
    EXPECT_FALSE(exists(disk, "/etc/ssh/ssh_host_ed25519_key"));
    EXPECT_FALSE(exists(disk, "/etc/hostname"));
    EXPECT_FALSE(exists(disk, "/tmp/deep"));
    EXPECT_TRUE(exists(disk, "/tmp")) << "a guest needs it";
    EXPECT_EQ(content(disk, "/elsewhere"), "stays") << "a link is removed, not what it is to";
    EXPECT_EQ(content(disk, "/etc/hosts"), "10.0.0.1 mine\n10.0.0.2 too\n");
    EXPECT_EQ(content(disk, "/root/.ssh/authorized_keys"), "");
    EXPECT_EQ(content(disk, "/etc/ssh/sshd_config"), "Port 22\n");
    const std::string bytes = bytes_of(disk);
    EXPECT_EQ(bytes.find("HOSTKEYOFVM"), std::string::npos);
    EXPECT_EQ(bytes.find("KEYOFHOST"), std::string::npos);
}

TEST(Compact, GivesAFullImageItsMargin) {
    const Bench bench;
    bench.write("fs/file", noise(6U << 20U));
    const std::string disk = bench.make("fs", "8M", {"-O", "^has_journal"});
    const Told told = tell(compact, {"--fs", disk, "--margin-mib", "32"});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(faults(disk), "");
    EXPECT_GT(std::filesystem::file_size(disk), 36U << 20U);
    EXPECT_TRUE(content(disk, "/file") == noise(6U << 20U));
    const Told again = tell(compact, {"--fs", disk, "--margin-mib", "32"});
    EXPECT_LT(again.result["size_bytes"], told.result["size_bytes"].get<std::uint64_t>() + 1000000);
}

TEST(Compact, RepairsOrSaysWhatCannotBe) {
    const Bench bench;
    bench.write("fs/file", "1");
    const std::string disk = bench.make("fs");
    change(disk, {"set_inode_field /file links_count 7", "set_super_value free_blocks_count 1"});
    EXPECT_NE(faults(disk), "");
    EXPECT_EQ(tell(compact, {"--fs", disk}).failed(), "");
    EXPECT_EQ(faults(disk), "");
    bench.write("none.ext4", noise(100000));
    EXPECT_THAT(tell(compact, {"--fs", bench.path("none.ext4")}).failed(),
                HasSubstr("invalid: e2fsck of the image " + bench.path("none.ext4") + " failed"));
    EXPECT_THAT(tell(compact, {"--fs", disk, "--label", noise(17)}).failed(),
                HasSubstr("longer than 16 bytes"));
}

TEST(Inspect, TellsPackagesKernelsAndSystem) {
    const Bench bench;
    bench.write("fs/var/lib/dpkg/status",
                "Package: zsh\nStatus: install ok installed\nVersion: 5.9-4\n"
                "\nPackage: bash\nStatus: install ok installed\n"
                "Description: a shell\n Version: none\nVersion: 5.2-2\n");
    bench.folder("fs/usr/lib/modules/6.1.0-1-amd64");
    bench.link("usr/lib", "fs/lib");
    bench.write("fs/usr/lib/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
    bench.link("../usr/lib/os-release", "fs/etc/os-release");
    const Told told = tell(inspect, {"--fs", bench.make("fs")});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["packages"], json::parse(R"([{"name":"bash","version":"5.2-2"},
                                                       {"name":"zsh","version":"5.9-4"}])"));
    EXPECT_EQ(told.result["kernels"], json({"6.1.0-1-amd64"}));
    EXPECT_EQ(told.result["os"], "Debian GNU/Linux 12");
    EXPECT_EQ(told.result["size_bytes"], 16U << 20U);
}

TEST(Inspect, AnEmptyImageHasNothing) {
    const Bench bench;
    bench.link("/loop", "fs/loop");
    bench.link("/loop", "fs/etc");
    const Told told = tell(inspect, {"--fs", bench.make("fs")});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["packages"], json::array());
    EXPECT_EQ(told.result["os"], "");
}

TEST(Packages, OnlyInstalledOnesCount) {
    const auto packages =
        dpkg_packages("Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
                      "Package: half\nStatus: install ok half-installed\nVersion: 1\n\n"
                      "Package: b a d\nStatus: install ok installed\nVersion: 1\n\n"
                      "Package: held\r\nStatus: hold ok installed\r\nVersion: 1:2~3\r\n");
    ASSERT_EQ(packages.size(), 1U);
    EXPECT_EQ(packages[0].name + ' ' + packages[0].version, "held 1:2~3");
}

TEST(Packages, AreReadFromXbps) {
    const auto packages =
        xbps_packages("<dict><key>runit-void</key><dict><key>pkgver</key>\n\t\t"
                      "<string>runit-void-20240918_1</string></dict><key>a</key><dict>"
                      "<key>pkgver</key><string>a-1.0_2</string></dict><key>pkgver</key><integer>");
    ASSERT_EQ(packages.size(), 2U);
    EXPECT_EQ(packages[0].name + ' ' + packages[0].version, "a 1.0_2");
    EXPECT_EQ(packages[1].name + ' ' + packages[1].version, "runit-void 20240918_1");
}

TEST(Seed, IsTheRootsHome) {
    const Bench bench;
    bench.write("fs/root/.profile", "profile");
    bench.write("fs/root/.ssh/authorized_keys", "key");
    bench.write("fs/etc/passwd", "root");
    const std::string disk = bench.make("fs");
    change(disk, {"set_inode_field /root mode 040700", "set_inode_field /root/.ssh uid 0",
                  "ea_set /root/.profile user.a b", "mknod /root/zero c 0 0"});
    const std::string out = bench.path("seed.ext4");
    const Told told = tell(seed, {"--rootfs", disk, "--out", out, "--size-mib", "64"});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(faults(out), "");
    EXPECT_EQ(content(out, "/.profile"), "profile");
    EXPECT_EQ(content(out, "/.ssh/authorized_keys"), "key");
    EXPECT_TRUE(exists(out, "/zero"));
    EXPECT_FALSE(exists(out, "/etc"));
    EXPECT_THAT(ask(out, "stat /"), HasSubstr("Mode:  0700"));
    EXPECT_THAT(ask(out, "ea_list /.profile"), HasSubstr("user.a (1) = \"b\""));
    EXPECT_THAT(ask(out, "show_super_stats -h"), HasSubstr("bgr-work"));
    EXPECT_EQ(std::filesystem::file_size(out), 64U << 20U);
    EXPECT_LT(bytes_on_disk(out), 2U << 20U);
}

TEST(Seed, GrowsAndDoesWithoutAHome) {
    const Bench bench;
    bench.write("fs/root/large", noise(20U << 20U));
    const std::string out = bench.path("seed.ext4");
    ASSERT_EQ(tell(seed, {"--rootfs", bench.make("fs", "64M"), "--out", out, "--size-mib", "32"})
                  .failed(),
              "");
    EXPECT_TRUE(content(out, "/large") == noise(20U << 20U));
    bench.folder("bare");
    ASSERT_EQ(tell(seed, {"--rootfs", bench.make("bare"), "--out", out}).failed(), "");
    EXPECT_EQ(faults(out), "");
    EXPECT_THAT(ask(out, "stat /"), HasSubstr("Mode:  0700"));
}

} // namespace
} // namespace image_tool
