#include "ext4_disk.hpp"

#include "guest/config.hpp"
#include "guest/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace image_tool {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class Diff : public testing::Test {
  protected:
    std::vector<std::string> rows(const std::string& option, const std::string& disk,
                                  const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{"--base", bench.path("base.ext4"), option, disk};
        words.insert(words.end(), more.begin(), more.end());
        told = tell(diff, words);
        EXPECT_EQ(told.failed(), "");
        std::vector<std::string> rows;
        for (const nlohmann::json& line : told.lines) {
            if (line.contains("change")) {
                rows.push_back(
                    line["change"].get<std::string>() + ' ' + line["path"].get<std::string>() +
                    ' ' + line["type"].get<std::string>() + ' ' + line["size"].dump() +
                    (line.contains("from") ? ' ' + line["from"].get<std::string>() : ""));
            }
        }
        return rows;
    }

    Bench bench;
    Told told;
};

TEST_F(Diff, ListsEachChangeOfAnOverlayByPath) {
    bench.write("base/etc/changed", "before");
    bench.write("base/etc/gone", "1234");
    bench.write("base/etc/mode", "same");
    bench.write("base/etc/same", "same");
    bench.write("base/etc/was-a-file", "1");
    bench.write("base/opaque/below", "12");
    bench.write("base/opaque/both", "same");
    bench.write("base/tree/a/b", "1");
    bench.link("one", "base/etc/link");
    bench.make("base");
    bench.write("over/upper/etc/changed", "after!");
    bench.write("over/upper/etc/mode", "same");
    bench.write("over/upper/etc/same", "same");
    bench.write("over/upper/etc/was-a-file/inside", "12345");
    bench.write("over/upper/etc.d/new", "1");
    bench.write("over/upper/opaque/both", "same");
    bench.link("two", "over/upper/etc/link");
    bench.write("over/upper/etc/\xff\\n\n", "");
    change(bench.make("over"),
           {"mknod /upper/etc/gone c 0 0", "mknod /upper/tree c 0 0",
            "mknod /upper/etc/never c 0 0", "set_inode_field /upper/etc/mode mode 0100600",
            "set_inode_field /upper/etc/same mtime 20200101000000",
            "ea_set /upper/opaque trusted.overlay.opaque y", "ea_set /upper/etc user.new 1",
            "ea_set /upper/etc trusted.overlay.impure y"});
    EXPECT_THAT(rows("--overlay", bench.path("over.ext4")),
                ElementsAre("attributes /etc dir 0", "added /etc.d dir 0",
                            "added /etc.d/new file 1", "changed /etc/changed file 6",
                            "removed /etc/gone file 4", "changed /etc/link link 3",
                            "attributes /etc/mode file 4", "replaced /etc/was-a-file dir 0",
                            "added /etc/was-a-file/inside file 5",
                            "added /etc/\\xff\\x5cn\\x0a file 0", "removed /opaque/below file 2",
                            "removed /tree dir 0"));
    EXPECT_EQ(
        told.result,
        nlohmann::json(
            {{"added", 4}, {"attributes", 2}, {"changed", 2}, {"removed", 3}, {"replaced", 1}}));
}

TEST_F(Diff, AFolderThatWasMovedIsComparedWithItsOldPlace) {
    bench.write("base/srv/old/kept", "1");
    bench.write("base/srv/old/changed", "1");
    bench.make("base");
    bench.write("over/upper/srv/new/changed", "22");
    bench.write("over/upper/far/changed", "22");
    const std::string over = bench.make("over");
    change(over,
           {"mknod /upper/srv/old c 0 0", "ea_set /upper/srv/new trusted.overlay.redirect old"});
    EXPECT_THAT(rows("--overlay", over),
                ElementsAre("added /far dir 0", "added /far/changed file 2",
                            "added /srv/new dir 0 old", "changed /srv/new/changed file 2",
                            "removed /srv/old dir 0"));
    change(over, {"ea_rm /upper/srv/new trusted.overlay.redirect",
                  "ea_set /upper/far trusted.overlay.redirect /srv/old"});
    EXPECT_THAT(rows("--overlay", over),
                ElementsAre("added /far dir 0 /srv/old", "changed /far/changed file 2",
                            "added /srv/new dir 0", "added /srv/new/changed file 2",
                            "removed /srv/old dir 0"));
    change(over, {"ea_set /upper/far trusted.overlay.redirect /srv/none"});
    EXPECT_THAT(rows("--overlay", over),
                ElementsAre("added /far dir 0", "added /far/changed file 2", "added /srv/new dir 0",
                            "added /srv/new/changed file 2", "removed /srv/old dir 0"))
        << "the kernel shows nothing of a place that is not there";
}

TEST_F(Diff, ComparesWholeDisks) {
    bench.write("base/etc/a", "1");
    bench.write("base/etc/b", noise(3U << 20U));
    const std::string base = bench.make("base");
    const std::string disk = bench.path("disk.ext4");
    std::filesystem::copy(base, disk);
    EXPECT_THAT(rows("--root", disk), ElementsAre());
    change(disk, {"rm /etc/a", "mkdir /new", "mknod /etc/zero c 0 0", "mknod /etc/null c 1 3"});
    EXPECT_THAT(rows("--root", disk),
                ElementsAre("removed /etc/a file 1", "added /etc/null device 0",
                            "added /etc/zero device 0", "added /new dir 0"));
}

TEST_F(Diff, ContentIsComparedToItsEnd) {
    bench.write("base/file", noise(2500000) + "x");
    bench.write("base/sparse", "");
    std::filesystem::resize_file(bench.path("base/sparse"), 100U << 20U);
    bench.make("base");
    bench.write("over/upper/file", noise(2500000) + "y");
    bench.write("over/upper/sparse", std::string(100, '\0'));
    std::filesystem::resize_file(bench.path("over/upper/sparse"), 100U << 20U);
    EXPECT_THAT(rows("--overlay", bench.make("over")), ElementsAre("changed /file file 2500001"));
}

TEST_F(Diff, WhatTheGuestsInitWroteToASharedFileIsNoChange) {
    banger::guest::Config config;
    config.hosts = {{.address = "127.0.1.1", .names = {"a.vm", "a"}}};
    const auto booted = [&](const std::string& text) {
        return banger::guest::hosts_text(text, config);
    };
    const std::string mine = "10.0.0.1 mine"; // no newline at its end: init gives it one
    bench.write("base/hosts/mine", mine);
    bench.write("base/hosts/empty", "");
    bench.write("base/hosts/of-a-vm", booted(mine));
    bench.write("base/hosts/edited", mine);
    bench.write("base/hosts/cut", mine);
    bench.write("base/hosts/gone", mine);
    bench.write("base/hosts/other", mine);
    bench.make("base");
    bench.write("over/upper/hosts/mine", booted(mine));
    bench.write("over/upper/hosts/empty", booted(""));
    bench.write("over/upper/hosts/none", booted(""));
    config.hosts.front().names = {"b"};
    bench.write("over/upper/hosts/of-a-vm", booted(booted(mine)));
    bench.write("over/upper/hosts/edited", booted(mine) + "10.0.0.2 new\n");
    bench.write("over/upper/hosts/cut", booted(""));
    bench.write("over/upper/hosts/new", "10.0.0.2 new\n");
    bench.write("over/upper/hosts/other", booted(mine));
    const std::string over = bench.make("over");
    change(over, {"mknod /upper/hosts/gone c 0 0"});
    std::vector<std::string> shared;
    for (const char* name : {"mine", "empty", "none", "of-a-vm", "edited", "cut", "gone", "new"}) {
        shared.insert(shared.end(), {"--block", "/hosts/" + std::string(name)});
    }
    EXPECT_THAT(rows("--overlay", over, shared),
                ElementsAre(StartsWith("changed /hosts/cut"), StartsWith("changed /hosts/edited"),
                            StartsWith("removed /hosts/gone"), StartsWith("added /hosts/new"),
                            StartsWith("changed /hosts/other")));
    EXPECT_EQ(told.result["changed"], 3);
    EXPECT_THAT(rows("--overlay", over), testing::SizeIs(9));
}

TEST_F(Diff, TakesOneOfOverlayAndRoot) {
    EXPECT_THAT(tell(diff, {"--base", "b"}).failed(), testing::HasSubstr("either"));
    EXPECT_THAT(tell(diff, {"--base", "b", "--root", "r", "--overlay", "o"}).failed(),
                testing::HasSubstr("either"));
}

} // namespace
} // namespace image_tool
