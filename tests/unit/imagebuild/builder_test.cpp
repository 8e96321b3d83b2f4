#include "build_world.hpp"
#include "commit_job.hpp"
#include "diff.hpp"
#include "golden.hpp"
#include "holdings.hpp"
#include "job_log.hpp"
#include "stage_plan.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
namespace fake = banger::fake;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class World : public test::BuildWorld {};

TEST_F(World, ABuildGoesFromTheStagingToTheImage) {
    const fake::Job done_job = build(request());
    EXPECT_TRUE(done_job.outcome.ok()) << done_job.outcome.message;
    EXPECT_THAT(done_job.stages,
                ElementsAre("preparing", "builder VM", "packages", "download x", "file y",
                            "sealing", "stopping", "merging", "compacting", "package list",
                            "work seed", "registering", "removing the builder VM"));
    EXPECT_THAT(changes(), ElementsAre("POST /v1/image-stagings", "POST /v1/vms",
                                       "POST /v1/vms/build-web-00000000/stop", "POST /v1/images",
                                       "DELETE /v1/vms/build-web-00000000?force=1",
                                       "DELETE /v1/image-stagings/st-1"));
    EXPECT_TRUE(ran("apt-get install it"));
    EXPECT_TRUE(ran("<\"$0\" /y ssh"));
    EXPECT_TRUE(ran("/tool flatten --base " + (folder_ / "vm/base.ext4").string()));
    EXPECT_TRUE(ran("--drop /etc/machine-id"));
    EXPECT_EQ(test::content_of(folder_ / "staging/packages.txt"), "a 1\nb 2\n");
    EXPECT_EQ(done_job.reached.size(), done_job.stages.size()) << "each is planned";
    EXPECT_TRUE(std::is_sorted(done_job.reached.begin(), done_job.reached.end()));
    EXPECT_GT(done_job.reached.front(), 0U);
    EXPECT_EQ(done_job.reached.back(), 100U);
    const json result = json::parse(done_job.outcome.printed());
    EXPECT_EQ(result.at("image"), "web");
    EXPECT_EQ(result.at("packages"), 2);
    EXPECT_THAT(test::content_of(result.at("log").get<std::string>()),
                AllOf(HasSubstr("== packages"), HasSubstr(" image web is made\n")));
    EXPECT_THAT(done_job.lines, Contains("a line"));
    expect_clean();
}

TEST_F(World, WhateverFailsIsTakenBackNewestFirst) {
    struct Case {
        const char* missing; ///< answer of the API
        std::vector<std::string> undone;
    };
    const std::string vm_goes = "DELETE /v1/vms/build-web-00000000?force=1";
    const std::string staging_goes = "DELETE /v1/image-stagings/st-1";
    const auto all = host_.answers;
    for (const Case& each :
         {Case{"POST /v1/image-stagings", {}}, Case{"GET /v1/vm-options", {staging_goes}},
          Case{"POST /v1/vms", {vm_goes, staging_goes}},
          Case{"GET /v1/vms/build-web-00000000", {staging_goes}}, // it is gone
          Case{"GET /v1/vms/build-web-00000000/ssh", {vm_goes, staging_goes}},
          Case{"POST /v1/vms/build-web-00000000/stop", {vm_goes, staging_goes}},
          Case{"GET /v1/images", {vm_goes, staging_goes}},
          Case{"POST /v1/images", {vm_goes, staging_goes}}}) {
        host_.answers = all;
        host_.answers.erase(each.missing);
        const std::size_t before = changes().size();
        const fake::Job failed = build(request());
        EXPECT_EQ(failed.outcome.status, BANGER_E_NOT_FOUND) << each.missing;
        EXPECT_THAT(failed.outcome.message, HasSubstr("nothing answers")) << each.missing;
        EXPECT_THAT(failed.outcome.hint, HasSubstr("the whole log is ")) << each.missing;
        std::vector<std::string> undone = changes();
        undone.erase(undone.begin(), undone.begin() + static_cast<std::ptrdiff_t>(before));
        undone.erase(undone.begin(),
                     std::find_if(undone.begin(), undone.end(), [](const std::string& one) {
                         return one.rfind("DELETE", 0) == 0;
                     }));
        EXPECT_EQ(undone, each.undone) << each.missing;
        expect_clean();
    }
}

TEST_F(World, AFailingProgramIsNamedWithWhatItSaid) {
    for (const char* part : {"apt-get install it", "/y ssh", "fstrim", "/tool flatten",
                             "/tool inspect", "cp --reflink=auto"}) {
        fails_ = part;
        const fake::Job failed = build(request());
        EXPECT_FALSE(failed.outcome.ok()) << part;
        EXPECT_THAT(changes(), Contains("DELETE /v1/vms/build-web-00000000?force=1"));
        expect_clean();
    }
    fails_ = "apt-get install it";
    const fake::Job failed = build(request());
    EXPECT_EQ(failed.outcome.message, "packages: ended with 100: it (web.yaml:3) does not work");
    EXPECT_EQ(failed.stages.back(), "packages") << "and not the clean-up";
}

TEST_F(World, AStepThatNeedsANetworkSaysThatThereIsNone) {
    host_.answers["GET /v1/vm-options"] = R"({"options": []})";
    fails_ = "apt-get install it";
    EXPECT_THAT(build(request()).outcome.hint, HasSubstr("the plugin nat is off"));
    fails_ = "install y";
    EXPECT_THAT(build(request()).outcome.hint, Not(HasSubstr("nat"))) << "a file needs none";

    host_.answers["GET /v1/vm-options"] = R"({"options": [{"plugin": "nat", "name": "nat"}]})";
    fails_ = "apt-get install it";
    EXPECT_THAT(build(request()).outcome.hint, Not(HasSubstr("online")));
    fails_saying_ = "Err: Temporary failure resolving 'deb.debian.org'\n";
    EXPECT_THAT(build(request()).outcome.hint, HasSubstr("this machine itself is online"));
}

TEST_F(World, AGuestThatIsPausedByAFullDiskNamesTheDisk) {
    fails_ = "apt-get install it";
    fails_with_ = 255;
    json paused = json::parse(vm("build-web-00000000", "paused"));
    paused["warnings"] = {"another one", "VM build-web-00000000 is paused: no space left on the "
                                         "disk of /vms/a1; free some space there"};
    host_.answers["GET /v1/vms/build-web-00000000"] = paused.dump();
    const fake::Job failed = build(request());
    EXPECT_EQ(failed.outcome.status, BANGER_E_UNAVAILABLE);
    EXPECT_THAT(failed.outcome.message,
                testing::AllOf(HasSubstr("packages: "),
                               HasSubstr("is paused: no space left on the disk of /vms/a1")));
    EXPECT_THAT(failed.outcome.message, Not(HasSubstr("free some")));
    EXPECT_THAT(failed.outcome.hint, HasSubstr("free some space on that disk and build again"));
    EXPECT_THAT(changes(), Contains("DELETE /v1/vms/build-web-00000000?force=1"));
    expect_clean();
}

TEST_F(World, AStatusOf255IsOfTheConnectionAlone) {
    EXPECT_TRUE(build(request()).outcome.ok());
    EXPECT_TRUE(ran("rm -f \"$f\"; [ $s != 255 ] || s=254; exit $s < "));
    fails_ = "apt-get install it";
    fails_with_ = 255;
    const fake::Job failed = build(request());
    EXPECT_THAT(failed.outcome.message, HasSubstr("the connection to the guest broke"));
}

TEST_F(World, AStepThatNeedNotBeIsLeftOut) {
    fails_ = "curl x";
    const fake::Job built = build(request());
    EXPECT_TRUE(built.outcome.ok()) << built.outcome.message;
    EXPECT_THAT(json::parse(built.outcome.printed()).at("note").get<std::string>(),
                HasSubstr("left out: download of x: ended with 100"));
}

TEST_F(World, ACancelTakesEverythingBackInEveryStage) {
    for (const char* part : {"install -d -m 0700", "apt-get install it", "curl x", "fstrim",
                             "/tool flatten", "/tool compact", "/tool inspect", "cp --reflink"}) {
        fails_ = part;
        cancels_ = true;
        const std::size_t before = changes().size();
        const fake::Job cancelled = build(request());
        EXPECT_EQ(cancelled.outcome.status, BANGER_E_CANCELLED) << part;
        std::vector<std::string> made = changes();
        made.erase(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(before));
        EXPECT_THAT(made, Contains("DELETE /v1/vms/build-web-00000000?force=1")) << part;
        EXPECT_THAT(made, Contains("DELETE /v1/image-stagings/st-1")) << part;
        EXPECT_THAT(made, Not(Contains("POST /v1/images"))) << part;
        expect_clean();
    }
}

TEST_F(World, AVmThatIsStillMadeIsCancelledAndWaitedFor) {
    host_.answers["POST /v1/vms"] = R"({"id": "op-9", "kind": "create", "state": "running"})";
    host_.answers["GET /v1/operations/op-9"] =
        R"({"id": "op-9", "kind": "create", "state": "cancelled"})";
    host_.cancel_after = std::chrono::milliseconds(0);
    host_.answers["POST /v1/operations/op-9/cancel"] = "{}";
    const fake::Job failed = build(request());
    EXPECT_FALSE(failed.outcome.ok());
    EXPECT_THAT(changes(), Contains("DELETE /v1/image-stagings/st-1"));
    expect_clean();
}

TEST_F(World, KeepKeepsTheVmOfABuildThatFailed) {
    BuildRequest kept = request();
    kept.keep = true;
    fails_ = "apt-get install it";
    const fake::Job failed = build(kept);
    EXPECT_THAT(failed.outcome.hint, HasSubstr("banger vm ssh build-web-00000000"));
    EXPECT_THAT(changes(), Not(Contains("DELETE /v1/vms/build-web-00000000?force=1")));
    EXPECT_THAT(changes(), Contains("DELETE /v1/image-stagings/st-1"));
    expect_clean();
    cancels_ = true; // who cancels wants nothing
    (void)build(kept);
    EXPECT_THAT(changes(), Contains("DELETE /v1/vms/build-web-00000000?force=1"));
}

TEST_F(World, AFileIsBuiltFromByAnImageOfItsOwn) {
    host_.answers["PUT /v1/images/build-web-00000000"] = "{}";
    host_.answers["DELETE /v1/images/build-web-00000000"] = "{}";
    BuildRequest from_file = request();
    from_file.rootfs = "/srv/mine.ext4";
    EXPECT_TRUE(build(from_file).outcome.ok());
    const auto made = changes();
    EXPECT_EQ(made.at(1), "PUT /v1/images/build-web-00000000");
    EXPECT_EQ(made.at(made.size() - 2), "DELETE /v1/images/build-web-00000000");
    expect_clean();
}

TEST_F(World, WhatCannotBeGivenBackIsKeptForTheNextDaemon) {
    host_.answers["DELETE /v1/vms/build-web-00000000?force=1"] =
        R"({"id": "op-3", "state": "failed", "error": {"kind": "busy", "message": "it is held"}})";
    const fake::Job built = build(request());
    EXPECT_TRUE(built.outcome.ok()) << built.outcome.message;
    EXPECT_THAT(built.lines, Contains(HasSubstr("it is held")));
    ASSERT_EQ(host_.kv.size(), 1U);
    EXPECT_EQ(json::parse(host_.kv.begin()->second).at("vm"), "build-web-00000000");

    host_.answers["DELETE /v1/vms/build-web-00000000?force=1"] = done;
    const fake::Job tidied =
        job([this](banger::Host host, banger::Job& own) { Holdings(host).tidy(own, under_way_); });
    EXPECT_TRUE(tidied.outcome.ok()) << tidied.outcome.message;
    expect_clean();
}

TEST_F(World, ADaemonThatWasKilledInABuildLeavesANote) {
    host_.kv["holding/build-web-00000000"] =
        R"({"vm": "build-web-00000000", "staging": "st-1", "image": "build-web-00000000"})";
    const fake::Job tidied = job([this](banger::Host host, banger::Job& own) {
        EXPECT_EQ(Holdings(host).left(under_way_), 1U);
        Holdings(host).tidy(own, under_way_);
    });
    EXPECT_TRUE(tidied.outcome.ok()) << tidied.outcome.message;
    EXPECT_THAT(changes(), ElementsAre("DELETE /v1/vms/build-web-00000000?force=1",
                                       "DELETE /v1/images/build-web-00000000",
                                       "DELETE /v1/image-stagings/st-1"));
    expect_clean();
}

TEST_F(World, AVmThatHasTheNameIsSomebodyElses) {
    host_.fail["api.request POST /v1/vms"] = {BANGER_E_CONFLICT, "it exists already", {}};
    const fake::Job failed = build(request());
    EXPECT_EQ(failed.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(changes(), ElementsAre("POST /v1/image-stagings", "POST /v1/vms", "POST /v1/vms",
                                       "POST /v1/vms", "DELETE /v1/image-stagings/st-1"));
    expect_clean();
}

TEST_F(World, ANoteIsOfOneVmAndNotOfItsName) {
    for (const char* others :
         {R"({"vm": "build-web-00000000", "vm_id": "b2"})",
          R"({"vm": "build-web-00000000", "since": "2999-01-01T00:00:00.001Z"})"}) {
        host_.kv["holding/build-web-00000000"] = others;
        const fake::Job tidied = job(
            [this](banger::Host host, banger::Job& own) { Holdings(host).tidy(own, under_way_); });
        EXPECT_TRUE(tidied.outcome.ok()) << tidied.outcome.message;
        EXPECT_THAT(changes(), IsEmpty()) << others;
        expect_clean();
    }
}

TEST_F(World, TheCopyOfADiskGoesWhateverHappens) {
    fails_ = "cp --reflink=auto";
    for (const bool cancels : {false, true}) {
        cancels_ = cancels;
        const fake::Job failed = job([](banger::Host host, banger::Job& own) {
            emit_diff(host, own.call, R"({"vm": "build-web-00000000"})", "/tool");
        });
        EXPECT_FALSE(failed.outcome.ok());
        expect_clean();
    }
    const auto& last = programs_.back();
    const auto& first = programs_.at(programs_.size() - 3); // each after its sync
    EXPECT_THAT(first, HasSubstr("/diff-"));
    EXPECT_NE(first, last);
}

TEST_F(World, FilesOfAKilledDaemonAreRemoved) {
    const fs::path folder(host_.state_dir());
    for (const char* name : {"diff-a1b2c3.ext4", "build-web-00000000.modules.tar", "other.ext4"}) {
        std::ofstream(folder / name) << "x";
    }
    (void)job([](banger::Host host, banger::Job&) { Holdings(host).remove_files(); });
    EXPECT_TRUE(fs::remove(folder / "other.ext4"));
    expect_clean();
}

TEST_F(World, WhatBelongsToTheVmStaysWithItInBothDiskModes) {
    for (const bool overlay : {true, false}) {
        if (!overlay) {
            fs::remove(folder_ / "vm/overlay.ext4");
        }
        EXPECT_TRUE(build(request()).outcome.ok());
        for (const char* path : {"/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key", "/etc/banger",
                                 "/var/lib/random-seed"}) {
            EXPECT_TRUE(ran(std::string("--label bgr-base --drop")));
            EXPECT_TRUE(std::any_of(programs_.begin(), programs_.end(),
                                    [&](const std::string& one) {
                                        return one.find("/tool compact") == 0 &&
                                               one.find(std::string(" --drop ") + path + " ") !=
                                                   std::string::npos;
                                    }))
                << path;
        }
        EXPECT_TRUE(ran("--block /etc/hosts --block /root/.ssh/authorized_keys"));
        EXPECT_TRUE(ran("--label bgr-work --block /.ssh/authorized_keys"));
        programs_.clear();
    }
}

TEST_F(World, WithoutAWorkSeedTheImageHasNothingInRoot) {
    BuildRequest unseeded = request();
    unseeded.work_seed = false;
    EXPECT_TRUE(build(unseeded).outcome.ok());
    EXPECT_FALSE(ran("work-seed.ext4"));
    for (const char* verb : {"/tool flatten", "/tool compact"}) {
        EXPECT_TRUE(std::any_of(programs_.begin(), programs_.end(), [&](const std::string& one) {
            return one.find(verb) == 0 && one.find(" --drop /root ") != std::string::npos;
        })) << verb;
    }
    programs_.clear();
    EXPECT_TRUE(build(request()).outcome.ok());
    EXPECT_FALSE(ran(" --drop /root "));
}

TEST_F(World, TheNewestLogsAreKept) {
    fs::create_directories(folder_ / "logs");
    for (int i = 0; i < 30; ++i) {
        std::ofstream(folder_ / "logs" / (std::to_string(i) + ".log")) << "old";
    }
    EXPECT_TRUE(build(request()).outcome.ok());
    const auto count = std::distance(fs::directory_iterator(folder_ / "logs"), {});
    EXPECT_EQ(count, static_cast<std::ptrdiff_t>(JobLog::kept));
}

TEST_F(World, ALogHasAnEndAndNoControlBytes) {
    fs::path file;
    (void)job([&](banger::Host, banger::Job& own) {
        JobLog log(own, folder_ / "logs", "web");
        file = log.file();
        log.note("a\x1b[2J\tb\x7f");
        const std::string block(1U << 20U, 'x');
        for (int i = 0; i < 66; ++i) {
            log.note(block);
        }
        log.last("failed: it is\nfull");
    });
    const std::string text = test::content_of(file);
    EXPECT_LE(text.size(), JobLog::most_bytes + 100);
    EXPECT_THAT(text.substr(text.size() - 60), HasSubstr("x\n(more was said)\n"));
    EXPECT_EQ(text.substr(text.size() - 20), " failed: it is?full\n") << "how it ended is told";
    EXPECT_THAT(text.substr(0, 100), HasSubstr(" a?[2J\tb?\n"));
}

TEST_F(World, OneNameIsMadeOnceAtATime) {
    const auto first = under_way_.claim("web", "build");
    EXPECT_THROW((void)under_way_.claim("web", "commit"), banger::Error);
    const auto other = under_way_.claim("db", "build");
    other->stage("packages");
    EXPECT_EQ(under_way_.line(), "build db (packages, 0 min), build web (0 min)");
}

TEST(StagePlan, TellsWhatIsDoneAtTheEndOfEachStage) {
    StagePlan plan({{"a", 1}, {"b", 2}, {"a", 1}, {"c", 6}});
    EXPECT_EQ(plan.begin("a"), 10U);
    EXPECT_EQ(plan.begin("none"), std::nullopt);
    EXPECT_EQ(plan.begin("a"), 40U) << "b was not needed";
    EXPECT_EQ(plan.begin("b"), std::nullopt) << "it does not go back";
    EXPECT_EQ(plan.begin("c"), 100U);
    EXPECT_EQ(StagePlan({{"a", 0}}).begin("a"), 0U);
}

TEST_F(World, ACommitTakesTheDisksOfAStoppedVm) {
    host_.answers["GET /v1/vms/app"] = vm("app", "stopped");
    const fake::Job saved = commit(false);
    EXPECT_TRUE(saved.outcome.ok()) << saved.outcome.message;
    EXPECT_THAT(changes(), ElementsAre("POST /v1/image-stagings", "POST /v1/images",
                                       "DELETE /v1/image-stagings/st-1"));
    EXPECT_TRUE(ran("work-seed.ext4"));
    expect_clean();
}

TEST_F(World, ACommitOfAVmThatRunsIsRefused) {
    host_.answers["GET /v1/vms/app"] = vm("app", "running");
    const fake::Job refused = job([](banger::Host host, banger::Job&) {
        (void)commit_request(R"({"vm": "app", "image": "web"})", DaemonApi(host));
    });
    EXPECT_EQ(refused.outcome.status, BANGER_E_CONFLICT);
    EXPECT_THAT(refused.outcome.hint, HasSubstr("--stop"));
}

TEST_F(World, ACommitStopsAVmWhenItIsAskedTo) {
    host_.answers["GET /v1/vms/app"] = vm("app", "running");
    host_.answers["POST /v1/vms/app/stop"] = done;
    const fake::Job saved = commit(true);
    EXPECT_THAT(changes(), Contains("POST /v1/vms/app/stop"));
    EXPECT_EQ(saved.outcome.status, BANGER_E_CONFLICT); // it says that it still runs
    expect_clean();
}

} // namespace
} // namespace imagebuild
