#include "program.hpp"

#include <gmock/gmock.h>

namespace banger::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct ImageVerbs : ProgramTest {
    ImageVerbs() { start_daemon(); }
};

/// Types this once it is asked.
std::function<std::string(const std::string&)> answering(const std::string& answer) {
    return [answer, typed = false](const std::string& seen) mutable {
        if (!typed && seen.find("[y/N]") != std::string::npos) {
            typed = true;
            return answer;
        }
        return std::string();
    };
}

TEST_F(ImageVerbs, LsShowsWhatEachIsAndWhatItTakes) {
    daemon->on("GET /v1/images", R"({"images":[
        {"name":"debian","kind":"bundle","ok":true,"default":true,"size_bytes":1073741824,
         "disk_bytes":335544320,"content_bytes":300000000,"kernel_version":"6.1.0-32"},
        {"name":"dev","kind":"managed","ok":true,"default":false,"disk_bytes":1610612736,
         "content_bytes":1288490188,"base":"debian"},
        {"name":"mine","kind":"registered","ok":false}]})");
    EXPECT_EQ(run({"image", "ls"}).out,
              "NAME    KIND                        SIZE  CONTENT  BASE    AGE  KERNEL\n"
              "debian  bundle (default)            320M  286M     -       -    6.1.0-32\n"
              "dev     managed                     1.5G  1.2G     debian  -    -\n"
              "mine    registered (files missing)  -     -        -       -    -\n");
    EXPECT_EQ(run({"image", "ls", "-q"}).out, "debian\ndev\nmine\n");
}

TEST_F(ImageVerbs, ShowSaysWhereAllOfItIs) {
    daemon->on("GET /v1/images/dev", R"({"name":"dev","kind":"managed","ok":true,"default":true,
        "size_bytes":2147483648,"disk_bytes":1610612736,"content_bytes":1288490188,
        "rootfs":"/s/0a/rootfs.ext4","kernel":"/k","initrd":"/i","modules":null,
        "work_seed":"/s/seed","own_work_seed":false,"dir":"/s/0a","kernel_version":"6.1",
        "base":"debian","source":"build","recipe":"sha256:00","note":"for work",
        "packages":{"count":212,"manifest":"/s/0a/packages.txt"},
        "used_by":["a","b"],"older_base":["b"]})");
    EXPECT_EQ(run({"image", "show", "dev"}).out, "name        dev\n"
                                                 "kind        managed\n"
                                                 "default     yes\n"
                                                 "used by     a, b\n"
                                                 "older base  b\n"
                                                 "made by     build\n"
                                                 "base        debian\n"
                                                 "recipe      sha256:00\n"
                                                 "note        for work\n"
                                                 "size        2.0G\n"
                                                 "on disk     1.5G\n"
                                                 "content     1.2G\n"
                                                 "packages    212, listed in /s/0a/packages.txt\n"
                                                 "rootfs      /s/0a/rootfs.ext4\n"
                                                 "kernel      /k\n"
                                                 "version     6.1\n"
                                                 "initrd      /i\n"
                                                 "work seed   none of its own\n");
}

TEST_F(ImageVerbs, RegisterGivesAbsolutePaths) {
    daemon->on("PUT /v1/images/mine", R"({"name":"mine"})");
    EXPECT_EQ(run({"image", "register", "mine", "--rootfs", "/x/../y.ext4"}).out,
              "mine registered\n");
    EXPECT_TRUE(daemon->saw(R"(PUT /v1/images/mine {"rootfs":"/y.ext4"})"));
    (void)run({"image", "register", "mine", "--rootfs", "/r", "--work-seed", "/a/../w"});
    EXPECT_TRUE(daemon->saw(R"(PUT /v1/images/mine {"rootfs":"/r","work_seed":"/w"})"));
}

TEST_F(ImageVerbs, TheDefaultIsChosenAndTheConfigurationWins) {
    daemon->on("GET /v1/image-default", R"({"kept":"debian","default":"debian","config":null})");
    daemon->on("PUT /v1/image-default", R"({"kept":"dev","default":"dev","config":null})");
    EXPECT_EQ(run({"image", "default"}).out, "debian\n");
    const Result chosen = run({"image", "default", "dev"});
    EXPECT_EQ(chosen.out, "dev is the default\n");
    EXPECT_EQ(chosen.err, "");
    EXPECT_TRUE(daemon->saw(R"(PUT /v1/image-default {"name":"dev"})"));
    daemon->on("PUT /v1/image-default", R"({"kept":"dev","default":"mine","config":"mine"})");
    const Result overruled = run({"image", "default", "dev"});
    EXPECT_EQ(overruled.code, 0);
    EXPECT_THAT(overruled.err,
                HasSubstr("warning: vm.image of the configuration is mine, and wins over dev"));
}

TEST_F(ImageVerbs, PruneShowsAndAsksBeforeAnImageGoes) {
    daemon->on("POST /v1/image-prune", R"({"images":[{"name":"old","bytes":1610612736,
        "created_at":"2020-01-01T00:00:00.000Z"}],"leftovers":[{"path":"/d/templates/work-1",
        "what":"an old template","bytes":4194304}],"bytes":1614807040})");
    const Result shown = run({"image", "prune", "--dry-run", "--older-than", "2d"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_THAT(shown.out, AllOf(HasSubstr("image old (1.5G, "),
                                 HasSubstr("/d/templates/work-1 (4M): an old template\n")));
    EXPECT_THAT(shown.err, HasSubstr("1.5G would be freed"));
    EXPECT_TRUE(daemon->saw(R"(POST /v1/image-prune {"older_than_s":172800,"dry_run":true})"));

    const Result refused = run({"image", "prune"});
    EXPECT_NE(refused.code, 0);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("1 image would be deleted"), HasSubstr("--yes")));
    const std::string all =
        R"(POST /v1/image-prune {"older_than_s":2592000,"dry_run":false,"images":["old"]})";
    const std::string leftovers =
        R"(POST /v1/image-prune {"older_than_s":2592000,"dry_run":false,"images":[]})";
    EXPECT_FALSE(daemon->saw(all));

    EXPECT_THAT(run_on_terminal({"image", "prune"}, answering("n\n")).out,
                HasSubstr("no image was deleted"));
    EXPECT_TRUE(daemon->saw(leftovers)); // nobody's, so nobody is asked
    EXPECT_FALSE(daemon->saw(all));
    (void)run_on_terminal({"image", "prune"}, answering("y\n"));
    EXPECT_TRUE(daemon->saw(all));
    EXPECT_THAT(run({"image", "prune", "--yes"}).out, HasSubstr("1.5G freed\n"));
}

TEST_F(ImageVerbs, DeletingAsksWhereFilesWouldBeLost) {
    daemon->on("GET /v1/images/dev", R"({"name":"dev","kind":"managed","disk_bytes":1073741824})");
    daemon->on("GET /v1/images/mine",
               R"({"name":"mine","kind":"registered","disk_bytes":1073741824})");
    operation("DELETE /v1/images/dev", "1", "image-delete", "dev", {});
    operation("DELETE /v1/images/mine", "2", "image-delete", "mine", {});
    const Result kept = run_on_terminal({"image", "rm", "dev", "mine"}, answering("n\n"));
    EXPECT_EQ(kept.code, 1);
    EXPECT_THAT(kept.out, AllOf(HasSubstr("Delete dev (1.0G)? [y/N]"), HasSubstr("nothing was")));
    EXPECT_FALSE(daemon->saw("DELETE /v1/images/mine"));
    EXPECT_EQ(run_on_terminal({"image", "delete", "mine"}).code, 0) << "its files stay";
    EXPECT_EQ(run_on_terminal({"image", "delete", "dev"}, answering("y\n")).code, 0);
    EXPECT_EQ(run_on_terminal({"image", "delete", "--yes", "dev"}).code, 0);
    EXPECT_EQ(run({"image", "delete", "dev"}).code, 0) << "nobody can be asked";
    EXPECT_EQ(run_on_terminal({"image", "delete", "nosuch"}).code, 3);
}

TEST_F(ImageVerbs, WhatPruneCannotDeleteIsToldBesideWhatItDid) {
    daemon->on("POST /v1/image-prune", R"({"images":[{"name":"old","bytes":1048576,
        "created_at":"2020-01-01T00:00:00.000Z"}],"leftovers":[],"failures":[
        {"what":"image odd","error":"rename /s/0a: Permission denied"}],"bytes":1048576})");
    for (const bool json : {false, true}) {
        std::vector<std::string> words{"image", "prune", "--yes"};
        if (json) {
            words.emplace_back("--json");
        }
        const Result result = run(words);
        EXPECT_EQ(result.code, 1);
        EXPECT_THAT(result.out, HasSubstr(json ? "\"failures\"" : "1M freed\n"));
        EXPECT_THAT(result.err, HasSubstr("error: image odd is not deleted: rename /s/0a: "
                                          "Permission denied\n"));
    }
}

TEST_F(ImageVerbs, LeftoversAloneNeedNoAnswer) {
    daemon->on("POST /v1/image-prune", R"({"images":[],"leftovers":[],"bytes":0})");
    const Result result = run({"image", "prune"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, "0 freed\n");
}

TEST_F(ImageVerbs, NamesAreCompleted) {
    daemon->on("GET /v1/images", R"({"images":[{"name":"debian"},{"name":"dev"}]})");
    const auto complete = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "__complete");
        return run(words).out;
    };
    EXPECT_EQ(complete({"image", "show", "de"}), "debian\t\ndev\t\n");
    EXPECT_EQ(complete({"image", "delete", "dev", ""}), "debian\t\n");
    EXPECT_EQ(complete({"image", "default", "dev"}), "dev\t\n");
    EXPECT_EQ(complete({"image", "default", "dev", ""}), "");
    EXPECT_EQ(complete({"image", "register", "d"}), "debian\t\ndev\t\n");
    EXPECT_EQ(complete({"vm", "create", "--image", "dev"}), "dev\t\n");
    EXPECT_THAT(complete({"image", "p"}), HasSubstr("prune\t"));
}

} // namespace
} // namespace banger::test
