// Directories of the base that were moved in the VM, as overlayfs writes them down.
#include "ext4_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace image_tool {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Redirect : public testing::Test {
  protected:
    Told run(const std::vector<std::string>& more = {}) {
        std::filesystem::remove(out);
        std::vector<std::string> words{
            "--base", bench.path("base.ext4"), "--overlay", bench.path("over.ext4"), "--out", out};
        words.insert(words.end(), more.begin(), more.end());
        Told told = tell(flatten, words);
        EXPECT_EQ(std::filesystem::exists(out), !told.failure);
        if (!told.failure) {
            EXPECT_EQ(faults(out), "");
        }
        return told;
    }
    /// What both verbs that read an overlay say.
    std::string refusal() {
        const std::string failed = run().failed();
        EXPECT_EQ(
            tell(diff, {"--base", bench.path("base.ext4"), "--overlay", bench.path("over.ext4")})
                .failed(),
            failed);
        return failed;
    }
    /// Makes both disks, then what overlayfs writes.
    void overlay(const std::vector<std::string>& commands) {
        bench.make("base");
        bench.folder("over/upper");
        change(bench.make("over"), commands);
    }
    static std::string redirect(const std::string& path, const std::string& from) {
        return "ea_set /upper/" + path + " trusted.overlay.redirect " + from;
    }
    std::string number(const std::string& disk, const std::string& path) {
        const std::string shown = ask(disk, "stat " + path);
        return shown.substr(0, shown.find(' ', shown.find(' ') + 1));
    }

    Bench bench;
    std::string out = bench.path("out.ext4");
};

TEST_F(Redirect, AMovedFolderKeepsItsContent) {
    bench.write("base/usr/lib/old/file", "1");
    bench.write("base/usr/lib/old/gone", "2");
    bench.write("base/usr/lib/old/deep/er", "3");
    bench.write("base/usr/lib/old/changed", "4");
    bench.write("over/upper/srv/new/changed", "44");
    bench.write("over/upper/srv/new/added", "5");
    bench.folder("over/upper/usr/lib");
    overlay({"mknod /upper/usr/lib/old c 0 0", "mknod /upper/srv/new/gone c 0 0",
             redirect("srv/new", "/usr/lib/old"), "ea_set /upper/srv/new user.note words",
             "ea_set /upper/srv/new trusted.overlay.origin fh",
             "set_inode_field /upper/srv/new mode 040711"});
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["moved"], 1);
    EXPECT_EQ(told.result["removed"], 1) << "what was moved is not removed";
    EXPECT_FALSE(exists(out, "/usr/lib/old"));
    EXPECT_FALSE(exists(out, "/srv/new/gone"));
    EXPECT_EQ(content(out, "/srv/new/file"), "1");
    EXPECT_EQ(content(out, "/srv/new/deep/er"), "3");
    EXPECT_EQ(content(out, "/srv/new/changed"), "44");
    EXPECT_EQ(content(out, "/srv/new/added"), "5");
    EXPECT_THAT(ask(out, "stat /srv/new"), HasSubstr("Mode:  0711"));
    EXPECT_THAT(ask(out, "stat /srv/new"), HasSubstr("Links: 3"));
    EXPECT_THAT(ask(out, "ea_list /srv/new"), HasSubstr("user.note (5) = \"words\""));
    EXPECT_EQ(ask(out, "ea_list /srv/new").find("overlay"), std::string::npos);
    EXPECT_EQ(number(out, "/srv/new"), number(bench.path("base.ext4"), "/usr/lib/old"))
        << "it is not copied";
    EXPECT_EQ(number(out, "/srv/new/.."), number(out, "/srv"));
}

TEST_F(Redirect, ANameAloneMeansTheSameParent) {
    bench.write("base/a/one/file", "1");
    bench.write("base/a/two/file", "2");
    bench.write("base/one/file", "3");
    bench.folder("over/upper/moved/two");
    bench.folder("over/upper/moved/one");
    bench.folder("over/upper/moved/three");
    // /a was renamed, then two became one, one three, and a new two was made.
    overlay({redirect("moved", "a"), redirect("moved/one", "two"), redirect("moved/three", "one"),
             "ea_set /upper/moved/two trusted.overlay.opaque y", "mknod /upper/a c 0 0"});
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["moved"], 3);
    EXPECT_EQ(content(out, "/moved/one/file"), "2");
    EXPECT_EQ(content(out, "/moved/three/file"), "1");
    EXPECT_TRUE(exists(out, "/moved/two"));
    EXPECT_FALSE(exists(out, "/moved/two/file"));
    EXPECT_EQ(content(out, "/one/file"), "3");
    EXPECT_FALSE(exists(out, "/a"));
}

TEST_F(Redirect, AFolderMayComeBelowOneThatWasInIt) {
    bench.write("base/a/b/in_b", "1");
    bench.write("base/a/in_a", "2");
    bench.folder("over/upper/z/y");
    overlay({redirect("z", "/a/b"), redirect("z/y", "/a"), "mknod /upper/a c 0 0",
             "mknod /upper/z/y/b c 0 0"});
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/z/in_b"), "1");
    EXPECT_EQ(content(out, "/z/y/in_a"), "2");
    EXPECT_FALSE(exists(out, "/z/y/b"));
    EXPECT_FALSE(exists(out, "/a"));
}

TEST_F(Redirect, WhatIsAboveTheOldPlaceMayGo) {
    bench.write("base/a/b/c/file", "1");
    bench.write("base/a/b/gone", "2");
    bench.write("base/d/file", "3");
    bench.folder("over/upper/new/there");
    bench.folder("over/upper/d");
    overlay({redirect("new/there", "/a/b/c"), "mknod /upper/a c 0 0",
             "ea_set /upper/new trusted.overlay.opaque y", redirect("d", "/d")});
    ASSERT_EQ(run().failed(), "");
    EXPECT_EQ(content(out, "/new/there/file"), "1");
    EXPECT_FALSE(exists(out, "/a"));
    EXPECT_EQ(content(out, "/d/file"), "3") << "moved, and moved back";
}

TEST_F(Redirect, OneThatLeadsNowhereHasOnlyWhatIsNew) {
    bench.write("base/file", "1");
    bench.link("real", "base/link");
    bench.write("base/real/below", "2");
    bench.write("base/kept/below", "3");
    change(bench.make("base"), {"mknod /hidden c 0 0"});
    const std::vector<std::string> nowhere{"/none", "/file", "/file/x", "/link/below", "/hidden"};
    for (const std::string& from : nowhere) {
        bench.write("over/upper/kept/new", "4");
        change(bench.make("over"), {redirect("kept", from)});
        const Told told = run();
        ASSERT_EQ(told.failed(), "") << from;
        EXPECT_EQ(told.result["moved"], 0);
        EXPECT_EQ(content(out, "/kept/new"), "4");
        EXPECT_FALSE(exists(out, "/kept/below")) << from;
    }
    bench.folder("over/upper/alone/sub");
    change(bench.make("over"), {redirect("alone/sub", "kept")});
    ASSERT_EQ(run().failed(), "") << "its parent is new: nothing is beside it";
    EXPECT_FALSE(exists(out, "/alone/sub/below"));
}

TEST_F(Redirect, AnOpaqueFolderAndAFileHaveNone) {
    bench.write("base/a/file", "1");
    bench.write("over/upper/a/new", "2");
    bench.write("over/upper/plain", "3");
    overlay({redirect("a", "/none/at//all"), "ea_set /upper/a trusted.overlay.opaque y",
             redirect("plain", "/a/file")});
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_FALSE(exists(out, "/a/file"));
    EXPECT_EQ(content(out, "/a/new"), "2");
    EXPECT_EQ(content(out, "/plain"), "3");
}

TEST_F(Redirect, WhatAMountRefusesIsRefused) {
    bench.write("base/a/b/file", "1");
    bench.make("base");
    bench.folder("over/upper/x");
    for (const char* from : {"/", "//a", "/a/", "/a//b", "a/b", ".", "..", "/a/../a", "/a/."}) {
        change(bench.make("over"), {redirect("x", from)});
        EXPECT_THAT(refusal(), HasSubstr("/x was moved from '" + std::string(from) +
                                         "', which no path can be"));
    }
    bench.write("none", "");
    change(bench.make("over"),
           {"ea_set -f " + bench.path("none") + " /upper/x trusted.overlay.redirect"});
    EXPECT_THAT(refusal(), HasSubstr("'', which no path can be"));
}

TEST_F(Redirect, AFolderInTwoPlacesIsRefused) {
    bench.write("base/a/b/file", "1");
    bench.folder("over/upper/x");
    bench.folder("over/upper/y");
    overlay({redirect("x", "/a"), redirect("y", "/a"), "mknod /upper/a c 0 0"});
    EXPECT_THAT(refusal(), HasSubstr("are one directory of the base"));
    change(bench.path("over.ext4"), {redirect("y", "/a/b")});
    EXPECT_THAT(refusal(), HasSubstr("/y was moved, and is still in its old place, too"));
    change(bench.path("over.ext4"), {"mknod /upper/x/b c 0 0"});
    EXPECT_EQ(run().failed(), "");
    change(bench.path("over.ext4"), {"rm /upper/a"});
    EXPECT_THAT(refusal(), HasSubstr("/x was moved, and is still in its old place, too"));
    change(bench.path("over.ext4"), {"mkdir /upper/a"});
    EXPECT_THAT(refusal(), HasSubstr("are one directory of the base"));
    change(bench.path("over.ext4"), {"ea_set /upper/a trusted.overlay.opaque y"});
    EXPECT_EQ(run().failed(), "");
}

TEST_F(Redirect, AFolderBelowItselfIsRefused) {
    bench.write("base/a/b/file", "1");
    bench.folder("over/upper/a/b/again");
    overlay({redirect("a/b/again", "/a")});
    EXPECT_THAT(refusal(), HasSubstr("are one directory of the base"));
    change(bench.path("over.ext4"), {redirect("a/b", "/a/b/c"), redirect("a/b/again", "/a/b")});
    EXPECT_EQ(run().failed(), "") << "it stands below a new one that has its name";
    EXPECT_EQ(content(out, "/a/b/again/file"), "1");
}

TEST_F(Redirect, DroppedPathsAreNoPlaceToMoveTo) {
    bench.write("base/srv/a/file", "1");
    bench.write("base/tmp/b/file", "2");
    bench.folder("over/upper/tmp/a");
    bench.folder("over/upper/srv/b");
    overlay({redirect("tmp/a", "/srv/a"), "mknod /upper/srv/a c 0 0", redirect("srv/b", "/tmp/b"),
             "mknod /upper/tmp/b c 0 0"});
    const Told told = run({"--drop", "tmp"});
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["moved"], 1);
    EXPECT_FALSE(exists(out, "/srv/a"));
    EXPECT_FALSE(exists(out, "/tmp/a"));
    EXPECT_EQ(content(out, "/srv/b/file"), "2");
    EXPECT_FALSE(exists(out, "/tmp/b"));
}

TEST_F(Redirect, ManyMoveOutOfOneFolder) {
    std::vector<std::string> commands;
    for (int i = 0; i < 300; ++i) {
        const std::string name = "folder_with_a_long_name_" + std::to_string(i);
        bench.write("base/all/" + name + "/file", name);
        bench.folder("over/upper/all/" + name + ".moved");
        commands.push_back("mknod /upper/all/" + name + " c 0 0");
        commands.push_back(redirect("all/" + name + ".moved", name));
    }
    overlay(commands);
    const Told told = run();
    ASSERT_EQ(told.failed(), "");
    EXPECT_EQ(told.result["moved"], 300);
    EXPECT_THAT(ask(out, "stat /all"), HasSubstr("Links: 302"));
    EXPECT_EQ(content(out, "/all/folder_with_a_long_name_299.moved/file"),
              "folder_with_a_long_name_299");
}

TEST_F(Redirect, DiffSaysWhereAFolderWas) {
    bench.write("base/a/file", "1");
    bench.write("base/b/file", "2");
    bench.write("base/c/file", "3");
    bench.write("base/d/e/file", "4");
    bench.write("base/d/f/file", "5");
    bench.folder("over/upper/b");
    bench.folder("over/upper/c");
    bench.folder("over/upper/d/e");
    bench.folder("over/upper/d/f");
    bench.folder("over/upper/g");
    overlay({redirect("b", "a"), "mknod /upper/a c 0 0", redirect("c", "/c"),
             "ea_set /upper/d trusted.overlay.opaque y", redirect("g", "/d/e")});
    const Told told =
        tell(diff, {"--base", bench.path("base.ext4"), "--overlay", bench.path("over.ext4")});
    ASSERT_EQ(told.failed(), "");
    std::vector<std::string> rows;
    for (const nlohmann::json& line : told.lines) {
        if (line.contains("change")) {
            rows.push_back(line["change"].get<std::string>() + " " +
                           line["path"].get<std::string>() + " " + line.value("from", ""));
        }
    }
    EXPECT_THAT(rows, ElementsAre("removed /a ", "replaced /b a", "replaced /d/e ",
                                  "removed /d/f/file ", "added /g /d/e"))
        << "/c was moved back, /d is made anew with other folders of these names";
}

} // namespace
} // namespace image_tool
