// The taps: how VMs get them, and who has which.

#include "integration/tap-pool/fixture.hpp"

#include "net/netlink.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace banger::test {
namespace {

using nlohmann::json;

TEST_F(TapPoolTest, AVmGetsAnInterfaceAndLeavesNothing) {
    const CallResult started = host_->run(before_start, vm_);
    ASSERT_EQ(started.status, BANGER_OK) << started.message;
    EXPECT_EQ(vm_.cookie.size(), 15U);
    EXPECT_EQ(vm_.cookie.substr(0, 3), "bgr");
    const auto tap = link(vm_.cookie);
    ASSERT_TRUE(tap);
    EXPECT_EQ(tap->master, link("banger")->index);
    EXPECT_EQ(tap->mtu, 1400);

    ASSERT_EQ(host_->contribute(vm_).status, BANGER_OK);
    ASSERT_EQ(host_->nics.size(), 1U);
    EXPECT_EQ(host_->nics[0].tap, vm_.cookie);
    EXPECT_EQ(host_->nics[0].mac, "02:00:00:00:00:10");
    EXPECT_EQ(host_->nics[0].mtu, 1400U);
    EXPECT_EQ(host_->contribute({"bbbbbbbbbbbb"}).status, BANGER_SKIP) << "a dry run";

    EXPECT_EQ(host_->run(after_stop, vm_).status, BANGER_OK);
    EXPECT_EQ(host_->run(&banger_vm_lifecycle::after_delete, vm_).status, BANGER_OK);
    EXPECT_EQ(taps(), 1U) << "kept for the next start";
    verbs_.clear();
    stop_daemon();
    EXPECT_EQ(verbs_.size(), 2U) << "one look, one change: a stop has little time";
    EXPECT_EQ(net::links().size(), 1U) << "only lo";
    EXPECT_TRUE(host_->warnings.empty());
}

TEST_F(TapPoolTest, RefillIsOffTheCreatePathAndAWarmStartNeedsNoHelper) {
    EXPECT_EQ(host_->run(before_start, vm_).status, BANGER_OK);
    EXPECT_EQ(taps(), 1U);
    EXPECT_EQ(host_->run(&banger_vm_lifecycle::on_ready, vm_).status, BANGER_OK);
    EXPECT_EQ(taps(), 1U);
    EXPECT_EQ(host_->fire_timers(), 1U);
    EXPECT_EQ(taps(), 3U);
    verbs_.clear();
    FakeVm other{"bbbbbbbbbbbb"};
    EXPECT_EQ(host_->run(before_start, other).status, BANGER_OK);
    EXPECT_TRUE(verbs_.empty());
    EXPECT_NE(other.cookie, vm_.cookie);
    host_->run(&banger_vm_lifecycle::on_ready, other);
    EXPECT_EQ(host_->fire_timers(), 1U);
    EXPECT_EQ(taps(), 4U);
}

TEST_F(TapPoolTest, AFailedStartGivesBack) {
    EXPECT_EQ(host_->undo(vm_, BANGER_HOOK_BEFORE_START, BANGER_UNDO_PARTIAL).status, BANGER_OK)
        << "nothing was done yet";
    host_->run(before_start, vm_);
    EXPECT_EQ(host_->undo(vm_, BANGER_HOOK_BEFORE_START, 0).status, BANGER_OK);
    EXPECT_EQ(host_->undo(vm_, BANGER_HOOK_BEFORE_START, BANGER_UNDO_RETRY).status, BANGER_OK);
    const std::string first = vm_.cookie;
    host_->run(before_start, vm_);
    EXPECT_EQ(vm_.cookie, first) << "used again";
}

TEST_F(TapPoolTest, ATapThatTheVmmStillHoldsIsNotReleased) {
    host_->run(before_start, vm_);
    std::optional<os::UniqueFd> vmm = open_tap(vm_.cookie);
    const CallResult early = host_->run(after_stop, vm_);
    EXPECT_EQ(early.status, BANGER_E_BUSY);
    EXPECT_EQ(early.message, "tap " + vm_.cookie + " is still held by a process");
    vmm.reset();
    EXPECT_EQ(host_->run(after_stop, vm_).status, BANGER_OK);
}

TEST_F(TapPoolTest, ADaemonThatComesBackFindsItsTaps) {
    host_->run(before_start, vm_);
    FakeVm gone{"bbbbbbbbbbbb"};
    FakeVm stopped{"cccccccccccc"};
    host_->run(before_start, gone);
    host_->run(before_start, stopped);
    const os::UniqueFd vmm = open_tap(vm_.cookie);
    start_daemon(R"({"size":1,"min_age_s":0})"); // killed, without a word
    vm_.state = BANGER_VM_RUNNING;
    vm_.pid = 4242;
    EXPECT_EQ(host_->run(reconcile, vm_).status, BANGER_OK);
    stopped.state = BANGER_VM_STOPPED;
    stopped.cookie = vm_.cookie; // long ago
    EXPECT_EQ(host_->run(reconcile, stopped).status, BANGER_OK);
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_EQ(taps(), 2U) << "the VM's and one idle; the third is deleted";
    EXPECT_TRUE(link(vm_.cookie)->carrier);

    FakeVm next{"dddddddddddd"};
    verbs_.clear();
    host_->run(before_start, next);
    EXPECT_NE(next.cookie, vm_.cookie);
    EXPECT_TRUE(verbs_.empty()) << "the one that was found is used";
    host_->run(after_stop, next);
    stop_daemon();
    EXPECT_EQ(taps(), 1U) << "a running VM keeps its tap and the bridge";
    EXPECT_TRUE(link("banger"));
}

TEST_F(TapPoolTest, YoungTapsOfNobodyWait) {
    host_->run(before_start, vm_);
    start_daemon(R"({"size":0,"min_age_s":3600})");
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_EQ(taps(), 1U);
    const std::string shown = footprint().output.at(0);
    EXPECT_NE(shown.find(" s old; swept when older than 3600 s"), std::string::npos) << shown;
    EXPECT_EQ(host_->fire_timers(), 1U) << "it looks again later";
    EXPECT_EQ(taps(), 1U);
}

TEST_F(TapPoolTest, TapsOfAnotherBangerOfTheUserAreLeftAlone) {
    host_->run(before_start, vm_);
    start_daemon(R"({"size":0,"min_age_s":0})", "/home/a/other/tap-pool");
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    stop_daemon();
    EXPECT_TRUE(link(vm_.cookie));
    EXPECT_TRUE(link("banger"));
}

TEST_F(TapPoolTest, ABridgeThatSomebodyDeletedComesBackUnderTheNextStart) {
    host_->run(before_start, vm_);
    host_->run(&banger_vm_lifecycle::on_ready, vm_);
    host_->fire_timers();
    net::Netlink netlink;
    net::Message remove(RTM_DELLINK, 0);
    remove.header(ifinfomsg{.ifi_family = AF_UNSPEC, .ifi_index = link("banger")->index});
    netlink.request(remove, "delete the bridge");
    FakeVm other{"bbbbbbbbbbbb"};
    EXPECT_EQ(host_->run(before_start, other).status, BANGER_OK);
    EXPECT_EQ(link(other.cookie)->master, link("banger")->index);
    vm_.state = BANGER_VM_RUNNING;
    vm_.pid = 1;
    EXPECT_EQ(host_->run(reconcile, vm_).status, BANGER_OK);
    EXPECT_EQ(link(vm_.cookie)->master, link("banger")->index);
}

TEST_F(TapPoolTest, TheFootprintIsWhatTheHostHas) {
    host_->run(before_start, vm_);
    const os::UniqueFd vmm = open_tap(vm_.cookie);
    host_->run(&banger_vm_lifecycle::on_ready, vm_);
    host_->fire_timers();
    std::size_t idle = 0;
    for (const std::string& line : footprint().output) {
        const json object = json::parse(line);
        if (object["kind"] == "bridge") {
            EXPECT_EQ(object["state"], "in-use");
            EXPECT_EQ(release(object).status, BANGER_E_BUSY);
        } else if (object["kind"] != "tap") {
            EXPECT_EQ(object["state"], "in-use") << object;
        } else if (object["name"] == vm_.cookie) {
            EXPECT_EQ(object["vm"], vm_.id);
            EXPECT_EQ(object["state"], "in-use");
            const CallResult refused = release(object);
            EXPECT_EQ(refused.status, BANGER_E_BUSY);
        } else {
            EXPECT_EQ(object["vm"], nullptr);
            EXPECT_EQ(release(object).status, BANGER_OK);
            EXPECT_EQ(release(object).status, BANGER_OK);
            ++idle;
        }
    }
    EXPECT_EQ(idle, 2U);
    EXPECT_EQ(footprint().output.size(), 4U) << "tap, bridge, the guard's table and entry";
    const json rows = json::parse(host_->action(BANGER_IFACE_CLI, "ls").output.at(0));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0]["name"], vm_.cookie);
    EXPECT_EQ(rows[0]["vm"], vm_.id);
    EXPECT_EQ(json::parse(host_->action(BANGER_IFACE_STATUS, "taps").output[0])["value"],
              "1 in use, 0 idle");
}

TEST_F(TapPoolTest, ACollisionAndAColdSudoRefuseTheStart) {
    (void)client_.run("bridge-ensure", {{"bridge", "banger-x"}, {"address", "172.30.1.1/16"}});
    const CallResult start = host_->run(before_start, vm_);
    EXPECT_EQ(start.status, BANGER_E_CONFLICT);
    EXPECT_NE(start.message.find("172.30.88.0/24 is in use on this host"), std::string::npos);
    EXPECT_NE(start.hint.find("172.31.0.0/24"), std::string::npos);
    EXPECT_EQ(taps(), 0U);

    privileged::Client none{BANGER_PRIV, privileged::Mode::none, {}};
    FakeHost cold(TAP_POOL_PLUGIN, "{}", none);
    const CallResult refused = cold.run(before_start, vm_);
    EXPECT_EQ(refused.status, BANGER_E_PERMISSION);
    EXPECT_NE(refused.message.find("needs root: sudo is not installed"), std::string::npos);
    EXPECT_FALSE(refused.hint.empty());
}

TEST_F(TapPoolTest, DoctorNamesWhoHasTheBridge) {
    const auto check = [&](const char* name) {
        return json::parse(host_->action(BANGER_IFACE_DOCTOR, name).output.at(0));
    };
    EXPECT_EQ(check("tun")["severity"], "ok");
    EXPECT_EQ(check("bridge")["title"], "bridge banger is free to be made");
    host_->run(before_start, vm_);
    EXPECT_EQ(check("bridge")["title"], "bridge banger is ours");
    host_->run(after_stop, vm_);
    stop_daemon();
    { // a tap of that name, as any other program may make one
        const os::UniqueFd other = open_tap("banger");
        EXPECT_EQ(check("bridge")["severity"], "error");
        EXPECT_EQ(check("bridge")["cause"], "an interface of this name was not made by banger");
        EXPECT_EQ(host_->run(before_start, vm_).status, BANGER_E_CONFLICT);
        EXPECT_EQ(footprint().output.size(), 0U);
    }
    EXPECT_EQ(host_->run(before_start, vm_).status, BANGER_OK);
}

TEST_F(TapPoolTest, TimeOfAWarmAndAColdStart) {
    using Clock = std::chrono::steady_clock;
    const auto time = [&](FakeVm vm) {
        const auto begin = Clock::now();
        EXPECT_EQ(host_->run(before_start, vm).status, BANGER_OK);
        return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    };
    start_daemon(R"({"size":20})");
    const double first = time({"first"});
    host_->run(&banger_vm_lifecycle::on_ready, vm_);
    host_->fire_timers();
    double warm = 0;
    for (int i = 0; i < 20; ++i) {
        warm += time({"warm" + std::to_string(i)}) / 20;
    }
    double cold = 0;
    for (int i = 0; i < 5; ++i) {
        cold += time({"cold" + std::to_string(i)}) / 5;
    }
    std::printf("first %.2f ms (bridge and tap), cold %.2f ms, warm %.3f ms\n", first, cold, warm);
    EXPECT_LT(warm, cold);
}

} // namespace
} // namespace banger::test
