#include "state/usage.hpp"

#include "pages/figure.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::seconds;

class UsageTest : public testing::Test {
  protected:
    UsageTest() {
        std::string folder = testing::TempDir() + "proc-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr) {
            throw std::runtime_error("no folder");
        }
        proc_ = folder;
        ticks(100, 900);
        std::ofstream(proc_ / "loadavg") << "1.25 0.5 0.1 1/200 4711\n";
        std::ofstream(proc_ / "meminfo") << "MemTotal:       1000 kB\nMemFree: 10 kB\n"
                                            "MemAvailable:    250 kB\n";
    }
    ~UsageTest() override { std::filesystem::remove_all(proc_); }
    void ticks(int user, int idle) {
        std::ofstream(proc_ / "stat") << "cpu  " << user << " 0 0 " << idle
                                      << " 0 0 0 0 5000 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 4\n";
    }

    std::filesystem::path proc_;
    const Usage::Clock::time_point start_ = Usage::Clock::now();
};

TEST_F(UsageTest, OfThisMachine) {
    HostUsage host(proc_);
    const HostFigures first = host.read("/");
    EXPECT_FALSE(first.cpu_percent) << "one look is none";
    EXPECT_EQ(first.cpus, 2U);
    EXPECT_DOUBLE_EQ(first.load, 1.25);
    EXPECT_EQ(first.memory_total, 1000U * 1024);
    EXPECT_EQ(first.memory_used, 750U * 1024);
    EXPECT_GT(first.disk_total, 0U);
    EXPECT_GE(first.disk_total, first.disk_used);
    ticks(150, 1050);
    EXPECT_DOUBLE_EQ(host.read("/").cpu_percent.value(), 25);
    ticks(10, 20); // another boot, say
    EXPECT_FALSE(host.read("/").cpu_percent);
}

TEST_F(UsageTest, WhatIsNotThereIsNotKnown) {
    HostUsage host("/nonexistent");
    const HostFigures figures = host.read("/nonexistent");
    EXPECT_FALSE(figures.cpu_percent);
    EXPECT_EQ(figures.cpus + figures.memory_total + figures.disk_total, 0U);
}

TEST_F(UsageTest, IsTakenWhenSomebodyLooksAndNotMoreOften) {
    Usage usage{HostUsage(proc_)};
    Snapshot now;
    now.vms = json::array({{{"id", "a"}, {"guest", {{"cpu_percent", 10}}}},
                           {{"id", "b"}, {"guest", {{"cpu_percent", "lots"}}}},
                           {{"id", 7}, {"guest", 7}}});
    (void)usage.look(now, start_);
    ticks(150, 1050);
    EXPECT_EQ(usage.look(now, start_ + seconds(1)).vms.at("a").values().size(), 1U);
    now.vms[0]["guest"]["cpu_percent"] = 400;
    const Usage::Seen seen = usage.look(now, start_ + seconds(5));
    EXPECT_EQ(seen.vms.at("a").values(), (std::deque<double>{10, 100}));
    EXPECT_EQ(seen.vms.size(), 1U);
    EXPECT_EQ(seen.host_cpu.values(), (std::deque<double>{25}));
    EXPECT_EQ(seen.span, seconds(5));
    now.vms = json::array();
    EXPECT_TRUE(usage.look(now, start_ + seconds(10)).vms.empty()) << "the VM is gone";
}

TEST_F(UsageTest, ATrendIsOfWhoLookedAllTheTime) {
    Usage usage{HostUsage(proc_)};
    Snapshot now;
    now.vms = json::array({{{"id", "a"}, {"guest", {{"cpu_percent", 10}}}}});
    for (int i = 0; i < 100; ++i) {
        (void)usage.look(now, start_ + seconds(5 * i));
    }
    EXPECT_EQ(usage.look(now, start_ + seconds(500)).vms.at("a").values().size(), Trend::most);
    EXPECT_EQ(usage.look(now, start_ + seconds(505)).span, seconds(5 * (Trend::most - 1)));
    EXPECT_EQ(usage.look(now, start_ + seconds(600)).vms.at("a").values().size(), 1U);
}

TEST(Figure, IsDrawnWithinItsBox) {
    Trend trend;
    EXPECT_FALSE(sparkline("CPU", trend).is_object());
    trend.add(0);
    EXPECT_FALSE(sparkline("CPU", trend).is_object());
    trend.add(100);
    trend.add(std::numeric_limits<double>::quiet_NaN());
    const json line = sparkline("CPU", trend);
    EXPECT_EQ(line.at("LINE"), "M0.0 31.0L60.0 1.0L120.0 31.0");
    EXPECT_EQ(line.at("UNDER"), "M0.0 31.0L60.0 1.0L120.0 31.0L120.0 32L0 32Z");
    EXPECT_EQ(meter("CPU", "CPU of a", 74.9, "x").at("LEVEL"), "good");
    EXPECT_EQ(meter("CPU", "CPU of a", 75, "x").at("LEVEL"), "warn");
    EXPECT_EQ(meter("CPU", "CPU of a", 1e300, "x").at("PERCENT"), 100);
    EXPECT_EQ(meter("CPU", "CPU of a", 1e300, "x").at("LEVEL"), "bad");
    EXPECT_EQ(meter("CPU", "CPU of a", -5, "x").at("PERCENT"), 0);
}

} // namespace
} // namespace web
