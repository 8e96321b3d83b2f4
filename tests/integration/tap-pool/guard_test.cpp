// The guard: the table in the packet filter that follows the VMs.

#include "integration/tap-pool/fixture.hpp"
#include "support/tap_guest.hpp"

#include <banger/plugin.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace banger::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TapPoolGuard : public TapPoolTest {
  protected:
    /// Who may send what, as the kernel has it; null without a table.
    json table(const char* state_dir = "/home/a/state/tap-pool") {
        const std::string tag = tag_of(state_dir);
        for (const json& table : show()) {
            if (table["tag"] == tag) {
                return table["guests"];
            }
        }
        return nullptr;
    }
    json show() { return client_.run("guard-show", json::object())["tables"]; }
    static json entry(const FakeVm& vm, const std::string& number) {
        return {{"tap", vm.cookie},
                {"mac", "02:00:00:00:00:" + number},
                {"address", "172.30.88." + number}};
    }
    void start(FakeVm& vm) {
        const CallResult before = host_->run(before_start, vm);
        EXPECT_EQ(before.status, BANGER_OK) << before.message;
        const CallResult after = host_->run(after_start, vm);
        EXPECT_EQ(after.status, BANGER_OK) << after.message;
    }
    /// The pool is full, and the table holds the spare ones.
    void fill_pool() {
        host_->run(&banger_vm_lifecycle::on_ready, vm_);
        host_->fire_timers();
    }
    /// The names of the privileged steps since the last time.
    std::vector<std::string> steps() {
        std::vector<std::string> names;
        for (const std::string& command : std::exchange(verbs_, {})) {
            const std::string words = command.substr(0, command.find(" {"));
            names.push_back(words.substr(words.rfind(' ') + 1));
        }
        return names;
    }
    std::vector<json> objects(const char* kind) {
        std::vector<json> found;
        for (const std::string& line : footprint().output) {
            json object = json::parse(line);
            if (object["kind"] == kind) {
                found.push_back(std::move(object));
            }
        }
        return found;
    }
    json check() { return json::parse(host_->action(BANGER_IFACE_DOCTOR, "guard").output.at(0)); }

    FakeVm other_{"bbbbbbbbbbbb"};
};

TEST_F(TapPoolGuard, TheTableFollowsTheVms) {
    EXPECT_EQ(table(), nullptr);
    steps();
    host_->run(before_start, vm_);
    EXPECT_THAT(steps(), ElementsAre("batch", "guard-apply"));
    EXPECT_EQ(table(), json::array({entry(vm_, "10")}));
    steps();
    host_->run(after_start, vm_);
    EXPECT_THAT(steps(), IsEmpty());
    fill_pool();
    EXPECT_THAT(steps(), ElementsAre("links", "batch", "guard-apply"));

    host_->run(before_start, other_);
    EXPECT_THAT(steps(), IsEmpty()) << "beside the boot is early enough: its tap lets nothing in";
    EXPECT_EQ(table().size(), 1U);
    steps();
    host_->run(after_start, other_);
    EXPECT_THAT(steps(), ElementsAre("guard-apply"));
    EXPECT_THAT(table(), testing::UnorderedElementsAre(entry(vm_, "10"), entry(other_, "11")));

    host_->run(after_stop, vm_);
    EXPECT_EQ(table(), json::array({entry(other_, "11")}));
    host_->run(after_stop, other_);
    EXPECT_EQ(table(), nullptr) << "the host is as it was";
    EXPECT_TRUE(host_->kept.values.empty());

    steps();
    host_->run(before_start, vm_);
    EXPECT_THAT(steps(), ElementsAre("guard-apply")) << "nothing held its tap";
    EXPECT_TRUE(host_->warnings.empty());
}

TEST_F(TapPoolGuard, AUsedTapIsTheNextVmsAtOnce) {
    start(vm_);
    start(other_);
    const std::string tap = vm_.cookie;
    host_->run(after_stop, vm_);
    FakeVm next{"cccccccccccc"};
    start(next);
    ASSERT_EQ(next.cookie, tap);
    EXPECT_THAT(table(), testing::UnorderedElementsAre(entry(other_, "11"), entry(next, "12")));
    const TapGuest guest(tap, "02:00:00:00:00:12", "172.30.88.12");
    EXPECT_TRUE(guest.meets("172.30.88.1"));
}

TEST_F(TapPoolGuard, ASpareTapLetsNothingInWhileAVmRuns) {
    start(vm_);
    fill_pool();
    FakeVm quiet{"cccccccccccc"};
    host_->run(before_start, quiet); // its VMM runs, the hook beside its boot does not yet
    const TapGuest early(quiet.cookie, "02:00:00:00:00:11", "172.30.88.11");
    EXPECT_FALSE(early.meets("172.30.88.1", std::chrono::seconds(1)));
    host_->run(after_start, quiet);
    EXPECT_TRUE(early.meets("172.30.88.1"));
}

TEST_F(TapPoolGuard, AVmThatCannotBeGuardedIsNotStarted) {
    start(vm_);
    fill_pool();
    host_->subnet = "172.30.0.0/16"; // not what the bridge has
    host_->run(before_start, other_);
    EXPECT_EQ(host_->run(after_start, other_).status, BANGER_E_CONFLICT);
    FakeVm third{"cccccccccccc"};
    const CallResult refused = host_->run(before_start, third);
    EXPECT_EQ(refused.status, BANGER_E_CONFLICT) << "nobody knows any more what the filter has";
    EXPECT_THAT(refused.message, HasSubstr("bridge banger is not in network 172.30.0.0/16"));
    EXPECT_EQ(host_->undo(third, BANGER_HOOK_BEFORE_START, BANGER_UNDO_PARTIAL).status, BANGER_OK);
    EXPECT_EQ(host_->undo(other_, BANGER_HOOK_BEFORE_START, 0).status, BANGER_OK);
    EXPECT_EQ(table().size(), 1U);
    host_->subnet = "172.30.88.0/24";
    start(other_);
    EXPECT_EQ(table().size(), 2U);
}

TEST_F(TapPoolGuard, AStopIsNotHeldUpAndMadeGoodLater) {
    start(vm_);
    start(other_);
    host_->subnet = "172.30.0.0/16";
    EXPECT_EQ(host_->run(after_stop, vm_).status, BANGER_OK);
    ASSERT_EQ(host_->warnings.size(), 1U);
    EXPECT_THAT(host_->warnings[0], HasSubstr("still knows VMs that have ended"));
    ASSERT_EQ(objects("nft-element").size(), 2U);
    EXPECT_EQ(objects("nft-element")[0]["state"], "stray");
    host_->subnet = "172.30.88.0/24";
    FakeVm next{"cccccccccccc"};
    host_->run(before_start, next);
    ASSERT_EQ(next.cookie, vm_.cookie);
    EXPECT_THAT(table(), testing::UnorderedElementsAre(entry(other_, "11"), entry(next, "12")))
        << "before the next VM has the tap";
}

TEST_F(TapPoolGuard, TheNextDaemonMakesItAsTheVmsNeed) {
    start(vm_);
    start(other_);
    const os::UniqueFd vmm = open_tap(vm_.cookie);
    stop_daemon();
    EXPECT_EQ(table().size(), 2U) << "VMs run on, and are guarded";
    (void)client_.run("guard-delete", {{"tag", tag_of("/home/a/state/tap-pool")}});

    start_daemon();
    vm_.state = BANGER_VM_RUNNING;
    vm_.pid = 4242;
    EXPECT_EQ(host_->run(reconcile, vm_).status, BANGER_OK);
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_EQ(table(), json::array({entry(vm_, "10")})) << "the other one has ended";

    other_.state = BANGER_VM_RUNNING; // later than it should have been
    other_.pid = 4243;
    EXPECT_EQ(host_->run(reconcile, other_).status, BANGER_OK);
    EXPECT_EQ(table().size(), 2U);

    start_daemon(); // and none of them runs any more
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_EQ(table(), nullptr);
    EXPECT_TRUE(host_->kept.values.empty());
}

TEST_F(TapPoolGuard, ADeadDaemonAndAFailedStartLeaveNothing) {
    start(vm_);
    start_daemon(); // which knows of no VM
    host_->subnet = "172.30.0.0/16";
    EXPECT_EQ(host_->run(before_start, other_).status, BANGER_E_CONFLICT);
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_EQ(table(), nullptr);
    stop_daemon();
    EXPECT_EQ(net::links().size(), 1U) << "only lo";
}

TEST_F(TapPoolGuard, VmsAreKeptApartWhereTheConfigurationSaysSo) {
    start(vm_);
    EXPECT_THAT(verbs_.back(), HasSubstr(R"("vm_to_vm":true)"));
    start_daemon(R"({"vm_to_vm":false})");
    vm_.state = BANGER_VM_RUNNING;
    host_->run(reconcile, vm_);
    reconcile_all();
    EXPECT_THAT(verbs_.back(), HasSubstr(R"("vm_to_vm":false)")) << "also those that run";
    EXPECT_THAT(std::string(check()["title"]), HasSubstr("do not reach each other"));
}

TEST_F(TapPoolGuard, TheFootprintIsWhatTheKernelHas) {
    start(vm_);
    start(other_);
    ASSERT_EQ(objects("nft-table").size(), 1U);
    EXPECT_EQ(objects("nft-table")[0]["state"], "in-use");
    const std::vector<std::string> own = footprint_of(vm_).output;
    ASSERT_EQ(own.size(), 2U) << "its tap, and its entry";
    const json element = json::parse(own[1]);
    EXPECT_EQ(element["name"], "172.30.88.10");
    EXPECT_EQ(element["vm"], vm_.id);
    EXPECT_EQ(release(objects("nft-table")[0]).status, BANGER_OK);
    EXPECT_EQ(table().size(), 2U) << "what running VMs need is made anew, not taken";
    EXPECT_EQ(release(element).status, BANGER_OK);
    EXPECT_EQ(table().size(), 2U);
}

TEST_F(TapPoolGuard, TheTableOfADeadBangerIsFoundAndFreed) {
    start_daemon(R"({"size":1})", "/home/a/dead/tap-pool");
    start(vm_);
    std::optional<os::UniqueFd> vmm = open_tap(vm_.cookie);
    start_daemon();
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    ASSERT_EQ(objects("nft-table").size(), 1U);
    EXPECT_EQ(objects("nft-table")[0]["state"], "in-use") << "its VM runs, whoever looks after it";
    vmm.reset();
    const json left = objects("nft-table").at(0);
    EXPECT_EQ(left["state"], "stray");
    EXPECT_EQ(release(left).status, BANGER_OK);
    EXPECT_EQ(table("/home/a/dead/tap-pool"), nullptr);
    EXPECT_THAT(objects("nft-table"), IsEmpty());
}

TEST_F(TapPoolGuard, DoctorSeesATableThatSomebodyDeleted) {
    EXPECT_EQ(check()["severity"], "ok");
    start(vm_);
    EXPECT_EQ(check()["severity"], "ok");
    (void)client_.run("guard-delete", {{"tag", tag_of("/home/a/state/tap-pool")}});
    EXPECT_EQ(check()["severity"], "error");
    EXPECT_THAT(std::string(check()["cause"]), HasSubstr("was deleted"));
    start(other_);
    EXPECT_EQ(check()["severity"], "ok") << "the next change mends it";
}

} // namespace
} // namespace banger::test
