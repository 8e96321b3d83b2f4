#include "pool.hpp"

#include <banger/plugin.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

namespace tap_pool {
namespace {

using banger::Error;

/// A host in memory. `fail` makes the next change throw.
class FakeEdge final : public TapEdge {
  public:
    TapLook look(const std::string& name) override {
        const std::lock_guard lock(mutex);
        const auto found = taps.find(name);
        return found == taps.end()
                   ? TapLook{}
                   : TapLook{true, found->second.bridge == "banger", found->second.in_use};
    }
    std::vector<Tap> list() override {
        const std::lock_guard lock(mutex);
        std::vector<Tap> all;
        for (const auto& [name, tap] : taps) {
            all.push_back(tap);
        }
        return all;
    }
    void create(const std::vector<std::string>& names) override {
        change();
        const std::lock_guard lock(mutex);
        bridge = true;
        for (const std::string& name : names) {
            taps[name] = {name, "banger", "tag", false, 0};
        }
    }
    void remove(const std::vector<std::string>& names, bool bridge_too) override {
        change();
        const std::lock_guard lock(mutex);
        for (const std::string& name : names) {
            taps.erase(name);
        }
        bridge = bridge && !(bridge_too && taps.empty());
    }
    void warn(const std::string& text) override { warnings.push_back(text); }

    std::map<std::string, Tap> taps;
    bool bridge = false;
    int changes = 0;
    bool fail = false;
    std::vector<std::string> warnings;
    std::mutex mutex;

  private:
    void change() {
        const std::lock_guard lock(mutex);
        ++changes;
        if (fail) {
            throw Error(BANGER_E_PERMISSION, "sudo is cold");
        }
    }
};

class PoolTest : public testing::Test {
  protected:
    Pool make(const Config& config) {
        return {config, "tag", [this] { return "bgr" + std::to_string(++count_); }};
    }
    static Config sized(std::size_t size) {
        Config config;
        config.size = size;
        return config;
    }
    FakeEdge edge_;

  private:
    int count_ = 0;
};

TEST_F(PoolTest, AFirstTapIsMadeAndAWarmOneIsNot) {
    Pool pool = make(sized(2));
    EXPECT_EQ(pool.acquire("vm1", edge_), "bgr1");
    EXPECT_EQ(edge_.changes, 1);
    pool.refill(edge_);
    EXPECT_EQ(pool.idle(), (std::vector<std::string>{"bgr2", "bgr3"}));
    EXPECT_EQ(edge_.changes, 2) << "the pool is filled in one step";
    EXPECT_EQ(pool.acquire("vm2", edge_), "bgr2");
    EXPECT_EQ(edge_.changes, 2);
    EXPECT_EQ(pool.acquire("vm2", edge_), "bgr2") << "asked again it has the same";
    EXPECT_EQ(pool.bound_count(), 2U);
}

TEST_F(PoolTest, AStoppedVmsTapIsUsedAgainUpToTheSize) {
    Pool pool = make(sized(1));
    const std::string one = pool.acquire("vm1", edge_);
    const std::string two = pool.acquire("vm2", edge_);
    pool.give_back("vm1", edge_);
    pool.give_back("vm2", edge_);
    pool.give_back("vm2", edge_);
    EXPECT_EQ(pool.idle(), std::vector{one});
    EXPECT_EQ(edge_.taps.count(two), 0U);
    EXPECT_EQ(pool.acquire("vm3", edge_), one);
}

TEST_F(PoolTest, ATapThatAProcessHoldsIsNotHandedOn) {
    Pool pool = make(sized(2));
    const std::string tap = pool.acquire("vm1", edge_);
    edge_.taps[tap].in_use = true;
    EXPECT_THROW(pool.give_back("vm1", edge_), Error);
    EXPECT_EQ(pool.tap_of("vm1"), tap) << "still reserved";
    edge_.taps[tap].in_use = false;
    pool.give_back("vm1", edge_);
    edge_.taps[tap].in_use = true; // by a stranger, while idle
    EXPECT_NE(pool.acquire("vm2", edge_), tap);
    EXPECT_EQ(edge_.warnings.size(), 1U);
}

TEST_F(PoolTest, WhatSomebodyDeletedIsMadeAgain) {
    Pool pool = make(sized(2));
    pool.refill(edge_);
    edge_.taps.erase("bgr1");
    edge_.taps["bgr2"].bridge = ""; // the bridge was deleted and made again
    EXPECT_EQ(pool.acquire("vm1", edge_), "bgr1");
    EXPECT_EQ(pool.acquire("vm2", edge_), "bgr2");
    EXPECT_EQ(edge_.taps["bgr1"].bridge, "banger");
    EXPECT_EQ(edge_.taps["bgr2"].bridge, "banger");
}

TEST_F(PoolTest, AFailingHostLeavesNothingReserved) {
    Pool pool = make(sized(2));
    edge_.fail = true;
    EXPECT_THROW((void)pool.acquire("vm1", edge_), Error);
    EXPECT_FALSE(pool.tap_of("vm1"));
    EXPECT_THROW(pool.refill(edge_), Error);
    edge_.fail = false;
    pool.refill(edge_);
    EXPECT_EQ(pool.idle().size(), 2U);
}

TEST_F(PoolTest, AStopDoesNotFailForATapThatCannotBeDeleted) {
    Pool pool = make(sized(0));
    const std::string tap = pool.acquire("vm1", edge_);
    edge_.fail = true;
    pool.give_back("vm1", edge_);
    EXPECT_EQ(edge_.warnings.size(), 1U);
    EXPECT_FALSE(pool.tap_of("vm1"));
    edge_.fail = false;
    edge_.taps[tap].age_s = 100;
    EXPECT_FALSE(pool.sweep(edge_));
    EXPECT_TRUE(edge_.taps.empty());
}

TEST_F(PoolTest, TheSweepTakesWhatIsOursNobodysFreeAndOld) {
    Config config = sized(1);
    config.min_age_s = 60;
    Pool pool = make(config);
    pool.adopt("vm1", "bgrvm", true, edge_);
    edge_.taps["bgrvm"] = {"bgrvm", "banger", "tag", false, 999};
    edge_.taps["bgra"] = {"bgra", "banger", "tag", false, 999};
    edge_.taps["bgrb"] = {"bgrb", "banger", "tag", false, 999};
    edge_.taps["bgrc"] = {"bgrc", "banger", "tag", false, 10};
    edge_.taps["bgrd"] = {"bgrd", "banger", "tag", true, 999};
    edge_.taps["bgre"] = {"bgre", "banger", "other", false, 999};
    EXPECT_TRUE(pool.sweep(edge_)) << "bgrc is too young";
    EXPECT_EQ(pool.idle(), std::vector<std::string>{"bgra"});
    EXPECT_EQ(edge_.taps.count("bgrb"), 0U);
    for (const char* kept : {"bgrvm", "bgra", "bgrc", "bgrd", "bgre"}) {
        EXPECT_EQ(edge_.taps.count(kept), 1U) << kept;
    }
    edge_.taps["bgrc"].age_s = 61;
    EXPECT_FALSE(pool.sweep(edge_));
    EXPECT_EQ(edge_.taps.count("bgrc"), 0U);
    edge_.taps.erase("bgra");
    EXPECT_FALSE(pool.sweep(edge_));
    EXPECT_TRUE(pool.idle().empty()) << "one that somebody deleted is forgotten";
}

TEST_F(PoolTest, ATapOnAnotherBridgeIsNotKept) {
    Pool pool = make(sized(2));
    edge_.taps["bgra"] = {"bgra", "", "tag", false, 999};
    EXPECT_FALSE(pool.sweep(edge_));
    EXPECT_TRUE(edge_.taps.empty());
}

TEST_F(PoolTest, ARunningVmWinsOverAnOldCookie) {
    Pool pool = make(sized(2));
    edge_.create({"bgra"});
    pool.adopt("stale", "bgra", false, edge_);
    pool.adopt("live", "bgra", true, edge_);
    EXPECT_EQ(pool.vm_of("bgra"), "live");
    pool.adopt("stale", "bgra", false, edge_);
    EXPECT_EQ(pool.vm_of("bgra"), "live");
    EXPECT_FALSE(pool.tap_of("stale"));
    pool.give_back("stale", edge_);
    EXPECT_EQ(pool.vm_of("bgra"), "live");
}

TEST_F(PoolTest, ARunningVmIsPutBackOnTheBridge) {
    Pool pool = make(sized(2));
    edge_.taps["bgra"] = {"bgra", "", "tag", true, 5};
    pool.adopt("vm1", "bgra", true, edge_);
    EXPECT_EQ(edge_.taps["bgra"].bridge, "banger");
}

TEST_F(PoolTest, DrainLeavesTheBridgeToRunningVms) {
    Pool pool = make(sized(2));
    const std::string tap = pool.acquire("vm1", edge_);
    pool.refill(edge_);
    pool.drain(edge_);
    EXPECT_EQ(edge_.taps.size(), 1U);
    EXPECT_TRUE(edge_.bridge);
    pool.give_back("vm1", edge_);
    pool.drain(edge_);
    EXPECT_TRUE(edge_.taps.empty());
    EXPECT_FALSE(edge_.bridge);
    EXPECT_TRUE(edge_.warnings.empty());
}

TEST_F(PoolTest, DrainTakesYoungTapsOfNobodyAndLeavesStrangers) {
    Pool pool = make(sized(1));
    edge_.taps["bgr-young"] = {"bgr-young", "banger", "tag", false, 0};
    edge_.taps["bgr-other"] = {"bgr-other", "banger", "other", false, 999};
    edge_.taps["bgr-held"] = {"bgr-held", "banger", "tag", true, 999};
    const std::string tap = pool.acquire("vm1", edge_);
    pool.drain(edge_);
    EXPECT_EQ(edge_.taps.size(), 4U) << "a VM may still need what looks unused";
    pool.give_back("vm1", edge_);
    pool.drain(edge_);
    EXPECT_EQ(edge_.taps.size(), 2U);
    EXPECT_EQ(edge_.taps.count("bgr-other"), 1U);
    EXPECT_EQ(edge_.taps.count("bgr-held"), 1U);
    EXPECT_TRUE(edge_.warnings.empty());
}

TEST_F(PoolTest, ReleaseFreesWhatNoVmHas) {
    Pool pool = make(sized(2));
    const std::string tap = pool.acquire("vm1", edge_);
    EXPECT_THROW(pool.release(tap, edge_), Error);
    pool.refill(edge_);
    pool.release("bgr2", edge_);
    EXPECT_EQ(edge_.taps.count("bgr2"), 0U);
    EXPECT_EQ(pool.idle(), std::vector<std::string>{"bgr3"});
    EXPECT_NO_THROW(pool.release("bgr2", edge_));
}

TEST_F(PoolTest, ManyStartsAndStopsAtOnceNeverShareATap) {
    std::mutex mutex;
    int count = 0;
    Pool pool(sized(3), "tag", [&] {
        const std::lock_guard lock(mutex);
        return "bgr" + std::to_string(++count);
    });
    std::vector<std::thread> threads;
    std::map<std::string, int> holders;
    bool shared = false;
    for (int worker = 0; worker < 4; ++worker) {
        threads.emplace_back([&, worker] {
            const std::string vm = "vm" + std::to_string(worker);
            for (int round = 0; round < 200; ++round) {
                const std::string tap = pool.acquire(vm, edge_);
                {
                    const std::lock_guard lock(mutex);
                    shared = shared || ++holders[tap] > 1;
                }
                if (round % 7 == 0) {
                    (void)pool.sweep(edge_);
                }
                {
                    const std::lock_guard lock(mutex);
                    --holders[tap];
                }
                pool.give_back(vm, edge_);
                if (round % 5 == 0) {
                    pool.refill(edge_);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(shared);
    EXPECT_EQ(pool.bound_count(), 0U);
    EXPECT_LE(pool.idle().size(), 3U + 4U);
    pool.drain(edge_);
    (void)pool.sweep(edge_);
}

} // namespace
} // namespace tap_pool
