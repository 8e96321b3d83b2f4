#include "state/usage.hpp"

#include "proc_folder.hpp"

#include <unistd.h>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::int64_t noon = 1800000000; // a multiple of every step

class UsageTest : public testing::Test {
  protected:
    UsageTest() {
        ticks(100, 900);
        proc.write("loadavg", "1.25 0.5 0.1 1/200 4711\n");
        proc.write("meminfo", "MemTotal:       1000 kB\nMemFree: 10 kB\nMemAvailable:    250 kB\n");
    }
    void ticks(int user, int idle) const {
        proc.write("stat", "cpu  " + std::to_string(user) + " 0 0 " + std::to_string(idle) +
                               " 0 0 0 0 5000 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 4\n");
    }
    void io(int read, int written) const {
        proc.write("4711/io", "rchar: 1\nread_bytes: " + std::to_string(read) +
                                  "\nwrite_bytes: " + std::to_string(written) + "\n");
    }
    static Usage::Clock::time_point at(std::int64_t after) {
        return Usage::Clock::time_point(seconds(noon + after));
    }
    /// What the guest says of itself so long after its boot, with that share of its CPU busy.
    static json guest(std::int64_t uptime_s, std::int64_t busy_s, std::int64_t received = 0) {
        return {{"state", "ready"},
                {"cpu_percent", 99},
                {"stats",
                 {{"uptime_ms", uptime_s * 1000},
                  {"cpu", {{"user_ms", busy_s * 1000}, {"idle_ms", (uptime_s - busy_s) * 1000}}},
                  {"memory", {{"total", 1000}, {"available", 400}}},
                  {"disks", {{{"mount", "/"}, {"total", 5000}, {"used", 700}}}},
                  {"network",
                   {{{"rx_bytes", received}, {"tx_bytes", 0}},
                    {{"rx_bytes", received}, {"tx_bytes", 50}}}}}}};
    }
    void take(std::int64_t after, const json& guest_of_a) {
        Snapshot now;
        now.vms = json::array({{{"id", "a"}, {"guest", guest_of_a}, {"pid", 4711}}});
        usage.take(now, at(after));
    }
    /// Of each slot until then; -1: nothing is known of it.
    std::vector<double> means(const std::string& id, Metric metric, std::int64_t after,
                              std::size_t last) {
        std::vector<double> values;
        for (const Course& course : usage.look(id, Window::minutes, at(after)).courses) {
            for (std::size_t i = course.slots.size() - last;
                 course.metric == metric && i < course.slots.size(); ++i) {
                values.push_back(course.slots[i].empty() ? -1 : course.slots[i].mean);
            }
        }
        return values;
    }
    using Means = std::vector<double>;

    test::ProcFolder proc;
    Usage usage{proc.path()};
};

TEST_F(UsageTest, OfThisMachine) {
    HostUsage host(proc.path());
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
    EXPECT_FALSE(figures.disk_io);
    EXPECT_FALSE(figures.network_io);
    EXPECT_EQ(figures.cpus + figures.memory_total + figures.disk_total, 0U);
    EXPECT_TRUE(usage.look("nosuch", Window::day).courses.empty());
    EXPECT_FALSE(usage.cpu("nosuch"));
    EXPECT_FALSE(usage.cpu(""));
}

TEST_F(UsageTest, OfThisMachineGoesOn) {
    const Snapshot nothing;
    usage.take(nothing, at(0));
    EXPECT_FALSE(usage.cpu("", at(0)));
    ticks(150, 1050);
    usage.take(nothing, at(30));
    EXPECT_EQ(means("", Metric::cpu, 30, 7), (Means{-1, 25, 25, 25, 25, 25, 25}));
    EXPECT_EQ(means("", Metric::memory, 30, 7),
              (Means{768000, 768000, 768000, 768000, 768000, 768000, 768000}));
    EXPECT_EQ(usage.look("", Window::minutes, at(31)).settled, noon + 30);
    EXPECT_EQ(usage.host().cpu_percent, 25);
}

TEST_F(UsageTest, IsNotTakenMoreOftenThanEveryTwoSeconds) {
    take(0, guest(100, 0));
    take(1, guest(101, 1));
    EXPECT_EQ(usage.cpu("a", at(2))->now, 99);
    take(2, guest(102, 1));
    EXPECT_EQ(usage.cpu("a", at(2))->now, 50);
}

TEST_F(UsageTest, OfAGuestIsWhatItsCountersHaveGrown) {
    take(0, guest(100, 10, 1000));
    EXPECT_EQ(means("a", Metric::cpu, 0, 2), (Means{-1, 99})) << "as whoever heard it has reckoned";
    EXPECT_TRUE(means("a", Metric::received, 0, 2).empty());
    take(5, guest(100, 10, 1000)); // it has told nothing new
    EXPECT_EQ(means("a", Metric::cpu, 5, 2), (Means{99, -1}));
    take(10, guest(110, 15, 2500));
    EXPECT_EQ(means("a", Metric::cpu, 10, 3), (Means{99, 50, 50}));
    EXPECT_EQ(means("a", Metric::received, 10, 3), (Means{-1, 300, 300})) << "by both cards";
    EXPECT_EQ(means("a", Metric::sent, 10, 1), (Means{0}));
    EXPECT_EQ(means("a", Metric::memory, 10, 3), (Means{600, 600, 600}));
    EXPECT_EQ(means("a", Metric::disk, 10, 3), (Means{700, 700, 700}));
}

TEST_F(UsageTest, OfAGuestThatIsAskedSeldomHasNoGaps) {
    take(0, guest(100, 0));
    for (int i = 30; i < 300; i += 30) {
        take(i, guest(100, 0));
    }
    take(300, guest(400, 30)); // sample_s: 300
    const Means all = means("a", Metric::cpu, 300, 60);
    EXPECT_EQ(std::count(all.begin(), all.end(), 10), 60);
}

TEST_F(UsageTest, HasAGapWhileAVmDoesNotRun) {
    take(0, guest(100, 0));
    take(10, guest(110, 10));
    EXPECT_EQ(usage.cpu("a", at(10))->now, 100);
    take(20, nullptr);
    EXPECT_FALSE(usage.cpu("a", at(20))->now);
    EXPECT_EQ(usage.cpu("a", at(20))->most, 100);
    take(30, nullptr);
    take(40, guest(5, 1));
    take(45, guest(10, 1));
    EXPECT_EQ(means("a", Metric::cpu, 45, 9), (Means{100, 100, -1, -1, -1, -1, -1, 99, 0}));
}

TEST_F(UsageTest, HasAGapWhereAGuestIsSilentOrBootsAnew) {
    take(0, guest(100, 0));
    take(10, guest(110, 10));
    json silent = guest(110, 10);
    silent["state"] = "silent";
    take(20, silent);
    take(30, guest(130, 30)); // it went on, but nobody knows how
    EXPECT_EQ(means("a", Metric::memory, 30, 5), (Means{600, -1, -1, -1, 600}));
    take(40, guest(5, 0)); // another boot
    EXPECT_EQ(means("a", Metric::memory, 40, 3), (Means{600, -1, 600}));
}

TEST_F(UsageTest, HasAGapWhileThisMachineSlept) {
    take(0, guest(100, 0));
    take(30, guest(130, 0));
    take(230, guest(140, 10));
    take(240, guest(150, 10));
    const Means all = means("a", Metric::cpu, 240, 60);
    EXPECT_EQ(std::count(all.begin(), all.end(), -1), 60 - 7 - 3);
    const Means host = means("", Metric::memory, 240, 60);
    EXPECT_EQ(std::count(host.begin(), host.end(), -1), 60 - 7 - 3);
}

TEST_F(UsageTest, GoesOnBehindAClockThatWasTurnedBack) {
    take(0, guest(100, 0));
    take(10, guest(110, 10));
    take(-1000, guest(120, 20));
    take(-990, guest(130, 30));
    EXPECT_EQ(means("a", Metric::cpu, -990, 4), (Means{-1, 99, 100, 100}));
    EXPECT_FALSE(usage.look("a", Window::minutes, at(10)).courses.at(0).most);
}

TEST_F(UsageTest, OfItsDisksIsWhatTheProcessOfAVmDoes) {
    io(0, 1000);
    take(0, nullptr);
    io(500, 1000);
    take(10, nullptr); // whatever its guest says
    EXPECT_EQ(means("a", Metric::disk_read, 10, 3), (Means{-1, 50, 50}));
    EXPECT_EQ(means("a", Metric::disk_write, 10, 1), (Means{0}));
    io(0, 10); // another process
    take(20, nullptr);
    EXPECT_EQ(means("a", Metric::disk_read, 20, 3), (Means{50, -1, -1}));
}

TEST_F(UsageTest, OfAGuestThatSaysNothingIsTheTimeOfItsProcess) {
    const auto worked = [&](int ticks) {
        proc.write("4711/stat", "4711 (qemu (x) 1 2) S 1 1 1 0 -1 0 9 9 9 9 " +
                                    std::to_string(ticks) + " 50 7 7 20 0 3 0 100\n");
    };
    worked(100);
    take(0, nullptr);
    EXPECT_FALSE(usage.cpu("a", at(0)));
    worked(100 + 5 * static_cast<int>(::sysconf(_SC_CLK_TCK))); // 5 s of 10
    take(10, nullptr);
    EXPECT_EQ(means("a", Metric::cpu, 10, 3), (Means{-1, 50, 50}));
    EXPECT_EQ(usage.cpu("a", at(10))->now, 50);
    take(20, guest(5, 0)); // it says something
    take(30, guest(15, 2));
    EXPECT_EQ(means("a", Metric::cpu, 30, 4), (Means{-1, 99, 20, 20}));
    worked(0);
    take(40, nullptr);
    EXPECT_EQ(means("a", Metric::cpu, 40, 1), (Means{-1})) << "since when is not known";
}

TEST_F(UsageTest, OfNowIsWhatIsStillTold) {
    const auto now = [&](Metric metric) {
        for (const Course& course : usage.look("a", Window::minutes, at(30)).courses) {
            if (course.metric == metric) {
                return course.now;
            }
        }
        return std::optional<double>();
    };
    take(10, guest(100, 10, 1000));
    take(20, guest(110, 11, 2000));
    EXPECT_TRUE(now(Metric::received));
    json without = guest(120, 12);
    without["stats"]["network"] = json::array();
    take(30, without);
    EXPECT_FALSE(now(Metric::received));
    EXPECT_TRUE(now(Metric::memory));
    EXPECT_EQ(usage.look("a", Window::minutes, at(40)).settled, noon + 30);
}

TEST_F(UsageTest, OfTheDiskIsKnownWhenTheLastVmHasGone) {
    const std::filesystem::path own = std::filesystem::path(proc.path()) / "vms" / "a";
    std::filesystem::create_directories(own);
    Snapshot one;
    one.vms = json::array({{{"id", "a"}, {"paths", {{"dir", own.string()}}}}});
    usage.take(one, at(10));
    EXPECT_GT(usage.host().disk_total, 0U);
    std::filesystem::remove(own);
    usage.take(Snapshot(), at(20));
    EXPECT_GT(usage.host().disk_total, 0U);
}

TEST_F(UsageTest, GoesWithItsVm) {
    take(0, guest(100, 0));
    EXPECT_FALSE(usage.look("a", Window::day, at(0)).courses.empty());
    usage.take(Snapshot(), at(10));
    EXPECT_TRUE(usage.look("a", Window::day, at(10)).courses.empty());
    EXPECT_FALSE(usage.look("", Window::day, at(10)).courses.empty());
}

TEST_F(UsageTest, BelievesNoGuest) {
    const json odd[] = {nullptr, 7, "x", json::array(), json::object(), -5, 1e300};
    std::int64_t after = 0;
    const json good = guest(100, 10, 5);
    for (const json& value : odd) {
        for (const char* member :
             {"/state", "/cpu_percent", "/stats", "/stats/cpu", "/stats/cpu/user_ms",
              "/stats/memory/available", "/stats/disks/0/used", "/stats/network/0/rx_bytes"}) {
            json changed = guest(100 + after, after, after);
            changed[json::json_pointer(member)] = value;
            take(after += 2, changed);
        }
    }
    for (const Course& course : usage.look("a", Window::hour, at(after)).courses) {
        EXPECT_GE(course.least.value_or(0), 0);
        EXPECT_LE(course.most.value_or(0), course.metric == Metric::cpu ? 100 : 1.0001e15);
    }
    Snapshot now;
    now.vms = json::array({7,
                           json::object(),
                           {{"id", 7}},
                           {{"id", ""}},
                           {{"id", "b"}, {"pid", -1}},
                           {{"id", "b"}, {"guest", good}}});
    usage.take(now, at(after + 10));
    EXPECT_TRUE(usage.look("b", Window::day, at(after + 10)).courses.empty()) << "the first counts";
}

} // namespace
} // namespace web
