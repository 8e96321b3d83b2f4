#include "ext4_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <sys/stat.h>

namespace image_tool {
namespace {

using testing::HasSubstr;
using testing::Not;

class Flatten : public testing::Test {
  protected:
    Told run(std::vector<std::string> more = {}) {
        std::filesystem::remove(out);
        std::vector<std::string> words{
            "--base", bench.path("base.ext4"), "--overlay", bench.path("over.ext4"), "--out", out};
        words.insert(words.end(), more.begin(), more.end());
        Told told = tell(flatten, words);
        EXPECT_FALSE(std::filesystem::exists(out + ".part"));
        EXPECT_EQ(std::filesystem::exists(out), !told.failure);
        if (!told.failure) {
            EXPECT_EQ(faults(out), "");
        }
        return told;
    }

    Bench bench;
    std::string out = bench.path("out.ext4");
};

TEST_F(Flatten, EveryKindOfEntryComesOver) {
    bench.write("base/etc/passwd", "root");
    bench.make("base");
    bench.write("over/upper/etc/added", "new\n");
    bench.write("over/upper/etc/passwd", "root and more");
    bench.write("over/upper/etc/empty", "");
    bench.link("target", "over/upper/etc/short");
    bench.link(noise(3000), "over/upper/etc/long");
    bench.link(noise(4095), "over/upper/etc/longest");
    ASSERT_EQ(::mkfifo(bench.path("over/upper/etc/fifo").c_str(), 0600), 0);
    const std::string over = bench.make("over");
    change(over, {"cd /upper/etc", "mknod console c 5 1", "mknod disk b 259 1000",
                  "set_inode_field added uid 100000", "set_inode_field added gid 70000",
                  "set_inode_field added mode 0104751",
                  "set_inode_field added mtime 20010203040506", "ea_set added user.note words",
                  "ea_set added trusted.own kept", "ea_set added trusted.overlay.origin fh",
                  "ea_set added security.capability caps", "ea_set long user.of_a_link no"});
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(content(out, "/etc/added"), "new\n");
    EXPECT_EQ(content(out, "/etc/passwd"), "root and more");
    const std::string added = ask(out, "stat /etc/added");
    EXPECT_THAT(added, HasSubstr("User: 100000   Group: 70000"));
    EXPECT_THAT(added, HasSubstr("Mode:  04751"));
    EXPECT_THAT(added, HasSubstr("Sat Feb  3 "));
    const std::string attributes = ask(out, "ea_list /etc/added");
    EXPECT_THAT(attributes, HasSubstr("user.note (5) = \"words\""));
    EXPECT_THAT(attributes, HasSubstr("security.capability (4) = \"caps\""));
    EXPECT_THAT(attributes, HasSubstr("trusted.own"));
    EXPECT_THAT(attributes, Not(HasSubstr("overlay")));
    EXPECT_THAT(ask(out, "stat /etc/short"), HasSubstr("Fast link dest: \"target\""));
    EXPECT_TRUE(content(out, "/etc/long") == noise(3000));
    EXPECT_TRUE(content(out, "/etc/longest") == noise(4095));
    EXPECT_THAT(ask(out, "ea_list /etc/long"), HasSubstr("user.of_a_link"));
    EXPECT_THAT(ask(out, "stat /etc/fifo"), HasSubstr("Type: FIFO"));
    EXPECT_THAT(ask(out, "stat /etc/console"), HasSubstr("Device major/minor number: 05:01"));
    EXPECT_THAT(ask(out, "stat /etc/disk"), HasSubstr("259:1000"));
    EXPECT_THAT(ask(out, "show_super_stats -h"), HasSubstr("bgr-base"));
}

TEST_F(Flatten, AclsStayAsTheyAre) {
    bench.make("base");
    bench.write("over/upper/file", "1");
    // u::rw- u:1000:r-- g::r-- m::r-- o::---, as it is on the disk
    bench.write("acl",
                std::string("\1\0\0\0\1\0\6\0\2\0\4\0\xe8\3\0\0\4\0\4\0\x10\0\4\0\x20\0\0\0", 28));
    const std::string over = bench.make("over");
    change(over, {"ea_set -r -f " + bench.path("acl") + " /upper/file system.posix_acl_access"});
    ASSERT_EQ(run().failed(), "");
    const std::string acl = ask(out, "ea_get -r -x /file system.posix_acl_access");
    EXPECT_THAT(acl, HasSubstr("01 00 00 00 01 00 06 00 02 00 04 00 e8 03"));
    EXPECT_EQ(acl, ask(over, "ea_get -r -x /upper/file system.posix_acl_access"));
}

TEST_F(Flatten, WhiteoutsHideFilesAndFolders) {
    bench.write("base/etc/gone", "1");
    bench.write("base/etc/kept", "2");
    bench.write("base/srv/a/b/c", "3");
    const std::string base = bench.make("base");
    change(base, {"ea_set /srv/a user.big " + noise(200)});
    bench.folder("over/upper/etc");
    const std::string over = bench.make("over");
    change(over, {"mknod /upper/srv c 0 0", "cd /upper/etc", "mknod gone c 0 0",
                  "mknod never_was c 0 0", "ln gone again"});
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["removed"], 2);
    EXPECT_FALSE(exists(out, "/etc/gone"));
    EXPECT_FALSE(exists(out, "/etc/never_was"));
    EXPECT_FALSE(exists(out, "/etc/again"));
    EXPECT_FALSE(exists(out, "/srv"));
    EXPECT_EQ(content(out, "/etc/kept"), "2");
}

TEST_F(Flatten, AWhiteoutMayBeAnAttribute) {
    bench.write("base/etc/gone", "1");
    bench.make("base");
    bench.write("over/upper/etc/gone", "");
    change(bench.make("over"), {"ea_set /upper/etc trusted.overlay.opaque x",
                                "ea_set /upper/etc/gone trusted.overlay.whiteout y"});
    ASSERT_EQ(run().failed(), "");
    EXPECT_FALSE(exists(out, "/etc/gone"));
}

TEST_F(Flatten, AnOpaqueFolderHidesWhatIsBelow) {
    bench.write("base/srv/old/deep", "1");
    bench.make("base");
    bench.write("over/upper/srv/new", "2");
    change(bench.make("over"), {"ea_set /upper/srv trusted.overlay.opaque y"});
    ASSERT_EQ(run().failed(), "");
    EXPECT_FALSE(exists(out, "/srv/old"));
    EXPECT_EQ(content(out, "/srv/new"), "2");
    EXPECT_EQ(ask(out, "ea_list /srv"), "");
}

TEST_F(Flatten, FilesAndFoldersReplaceEachOther) {
    bench.write("base/one/inside", "1");
    bench.write("base/two", "2");
    bench.make("base");
    bench.write("over/upper/one", "a file");
    bench.write("over/upper/two/inside", "a folder");
    bench.make("over");
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/one"), "a file");
    EXPECT_EQ(content(out, "/two/inside"), "a folder");
}

TEST_F(Flatten, AFolderTakesTheAttributesOfTheUpperOne) {
    bench.write("base/srv/kept", "1");
    change(bench.make("base"),
           {"ea_set /srv user.before x", "ea_set /srv user.large " + noise(150)});
    bench.folder("over/upper/srv");
    change(bench.make("over"),
           {"set_inode_field /upper/srv mode 042750", "set_inode_field /upper/srv uid 33",
            "ea_set /upper/srv user.after y", "ea_set /upper/srv trusted.overlay.impure y",
            "set_inode_field /upper mode 040711"});
    ASSERT_EQ(run().failed(), "");
    EXPECT_THAT(ask(out, "stat /srv"), HasSubstr("Mode:  02750"));
    EXPECT_THAT(ask(out, "stat /srv"), HasSubstr("User:    33"));
    EXPECT_EQ(ask(out, "ea_list /srv"), "Extended attributes:\n  user.after (1) = \"y\"\n");
    EXPECT_EQ(content(out, "/srv/kept"), "1");
    EXPECT_THAT(ask(out, "stat /"), HasSubstr("Mode:  0711"));
}

TEST_F(Flatten, HardLinksStayOneFile) {
    bench.write("base/a", "shared");
    std::filesystem::create_hard_link(bench.path("base/a"), bench.path("base/b"));
    bench.make("base");
    bench.write("over/upper/dir/x", "linked");
    for (const char* name : {"over/upper/dir/y", "over/upper/z"}) {
        std::filesystem::create_hard_link(bench.path("over/upper/dir/x"), bench.path(name));
    }
    bench.write("over/upper/b", "copied up");
    bench.make("over");
    ASSERT_EQ(run().failed(), "");
    EXPECT_THAT(ask(out, "stat /z"), HasSubstr("Links: 3"));
    EXPECT_EQ(content(out, "/dir/y"), "linked");
    EXPECT_THAT(ask(out, "stat /a"), HasSubstr("Links: 1"));
    EXPECT_EQ(content(out, "/a"), "shared");
    EXPECT_EQ(content(out, "/b"), "copied up");
}

TEST_F(Flatten, SparseFilesKeepTheirHoles) {
    bench.make("base");
    bench.write("over/upper/sparse", noise(5000));
    const std::string file = bench.path("over/upper/sparse");
    std::filesystem::resize_file(file, 40U << 20U);
    std::filesystem::resize_file(bench.path("over/upper/sparse"), 200U << 20U);
    bench.make("over");
    change(bench.path("over.ext4"), {"fallocate /upper/sparse 30000 30009"}); // reads as zeros
    ASSERT_EQ(run().failed(), "");
    const std::string stat = ask(out, "stat /sparse");
    EXPECT_THAT(stat, HasSubstr("Size: 209715200"));
    EXPECT_THAT(stat, HasSubstr("Blockcount: 16\n"));
    EXPECT_TRUE(content(out, "/sparse").substr(0, 5001) == noise(5000) + '\0');
}

TEST_F(Flatten, ManyFilesInOneFolderAndDeepOnes) {
    for (int i = 0; i < 200; ++i) {
        bench.write("base/many/base-" + std::to_string(i), "");
    }
    bench.make("base");
    for (int i = 0; i < 3000; ++i) {
        bench.write("over/upper/many/added-" + std::to_string(i), std::to_string(i));
    }
    std::string deep = "over/upper";
    for (int i = 0; i < 300; ++i) {
        deep += "/d";
    }
    bench.write(deep + "/bottom", "down");
    bench.make("over", "64M");
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/many/added-2999"), "2999");
    EXPECT_TRUE(exists(out, "/many/base-199"));
    EXPECT_EQ(content(out, deep.substr(10) + "/bottom"), "down");
}

TEST_F(Flatten, DroppedPathsStayAsInTheBase) {
    bench.write("base/etc/hostname", "image");
    bench.write("base/var/log/old", "1");
    bench.make("base");
    bench.write("over/upper/etc/hostname", "vm");
    bench.write("over/upper/var/log/new", "2");
    bench.write("over/upper/root/key", "3");
    change(bench.make("over"), {"mknod /upper/var/log/old c 0 0"});
    ASSERT_EQ(run({"--drop", "/etc/hostname", "--drop", "var/log/", "--drop", "/root"}).failed(),
              "");
    EXPECT_EQ(content(out, "/etc/hostname"), "image");
    EXPECT_EQ(content(out, "/var/log/old"), "1");
    EXPECT_FALSE(exists(out, "/var/log/new"));
    EXPECT_FALSE(exists(out, "/root"));
    EXPECT_THAT(run({"--drop", "/etc/../root"}).failed(), HasSubstr("'..'"));
}

TEST_F(Flatten, TheBaseGrowsForContentAndForNames) {
    bench.make("base", "8M", {"-N", "64", "-O", "^has_journal"});
    bench.write("over/upper/large", noise(20U << 20U));
    for (int i = 0; i < 500; ++i) {
        bench.write("over/upper/names/" + std::to_string(i), "");
    }
    bench.make("over", "64M", {"-b", "1024"}); // as mke2fs does for small disks
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_GT(told.result["size_bytes"], 20U << 20U);
    EXPECT_TRUE(content(out, "/large") == noise(20U << 20U));
    EXPECT_TRUE(exists(out, "/names/499"));
    EXPECT_EQ(std::filesystem::file_size(bench.path("base.ext4")), 8U << 20U);
}

TEST_F(Flatten, AnOverlayOfAnotherMapAndSmallerInodesIsTakenOver) {
    bench.make("base", "16M", {"-I", "128"});
    bench.write("over/upper/file", noise(300000));
    change(bench.make("over", "16M", {"-O", "^extents,^64bit", "-b", "1024"}),
           {"ea_set /upper/file user.a b"});
    ASSERT_EQ(run().failed(), "");
    EXPECT_TRUE(content(out, "/file") == noise(300000));
    EXPECT_THAT(ask(out, "ea_list /file"), HasSubstr("user.a"));
}

TEST_F(Flatten, ADamagedBaseIsRepairedInTheCopy) {
    bench.write("base/etc/passwd", "root");
    const std::string base = bench.make("base");
    change(base, {"clri <7>", "set_inode_field /etc links_count 9"});
    const std::string before = bytes_of(base);
    bench.write("over/upper/etc/new", "1");
    bench.make("over");
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/etc/passwd"), "root");
    EXPECT_TRUE(bytes_of(base) == before);
}

TEST_F(Flatten, ADiskThatNeverBootedChangesNothing) {
    bench.write("base/etc/passwd", "root");
    bench.make("base");
    bench.folder("over");
    bench.make("over");
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/etc/passwd"), "root");
}

TEST_F(Flatten, WhatOnlyTheJournalHasCounts) {
    bench.make("base");
    bench.write("over/upper/file", noise(4096, 1));
    const std::string over = bench.make("over");
    bench.write("block", noise(4096, 2));
    const std::string block = ask(over, "bmap /upper/file 0");
    change(over,
           {"journal_open",
            "journal_write -b " + block.substr(0, block.find('\n')) + " " + bench.path("block"),
            "journal_close"});
    ASSERT_THAT(ask(over, "show_super_stats -h"), HasSubstr("needs_recovery"));
    const std::string before = bytes_of(over);
    ASSERT_EQ(run().failed(), "");
    EXPECT_TRUE(content(out, "/file") == noise(4096, 2));
    EXPECT_EQ(bytes_of(over), before) << "the disk of a VM was written";
}

} // namespace
} // namespace image_tool
