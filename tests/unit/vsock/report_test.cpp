#include "clock_check.hpp"
#include "config.hpp"
#include "doctor.hpp"
#include "flow_limit.hpp"
#include "report.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

Board::View seen(const std::function<void(GuestView&)>& change) {
    GuestView view;
    view.vm.id = "0123456789ab";
    view.vm.name = "web";
    view.vm.address = "172.30.88.7";
    view.vm.fqdn = "web.vm";
    change(view);
    return std::make_shared<const GuestView>(std::move(view));
}

Board::View good(Steady::time_point now) {
    return seen([now](GuestView& view) {
        view.state = GuestState::ready;
        view.connected = true;
        view.heard = now - 3s;
        view.version = "0.1.0";
        view.features = {"health", "events", "stats", "ports", "time", "power", "exec"};
        view.uptime_ms = 90000;
        view.failed_units.emplace(2, "x.service");
        Stats stats;
        stats.load[0] = 0.125;
        stats.memory = {512U << 20U, 300U << 20U, 0, 0, 0};
        stats.disks = {{"/mnt", "ext4", 5, 5, 5}, {"/", "overlay", 8ULL << 30U, 1ULL << 29U, 1}};
        view.stats = stats;
        view.cpu_percent = 12.34;
        view.rx_per_s = 2048;
        view.ports = {{"0.0.0.0", 8000, "python3", 412, true, "Listing"}};
    });
}

TEST(Report, WhatIsKnown) {
    const auto now = Steady::now();
    EXPECT_EQ(guest_rows({good(now)}, now).dump(),
              R"([{"vm":"web","state":"ready","agent":"0.1.0","uptime_s":93,"heard_s":3.0,)"
              R"("failed_units":2}])");
    EXPECT_EQ(stats_rows({good(now)}, now).dump(),
              R"([{"vm":"web","cpu_percent":12.3,"load":0.13,"memory_used_bytes":222298112,)"
              R"("memory_total_bytes":536870912,"disk_used_bytes":536870912,)"
              R"("disk_total_bytes":8589934592,"rx_bytes_per_s":2048,"tx_bytes_per_s":null,)"
              R"("heard_s":3.0}])");
    EXPECT_EQ(port_rows({good(now)}, true).dump(),
              R"([{"vm":"web","port":8000,"protocol":"tcp","process":"python3",)"
              R"("url":"http://web.vm:8000/","reach":"network","title":"Listing"}])");
    EXPECT_EQ(port_rows({good(now)}, false).at(0).at("url"), "http://172.30.88.7:8000/");
    EXPECT_EQ(status_line({good(now), seen([](GuestView&) {})}), "1 of 2 answer");
}

TEST(Report, WhatIsNot) {
    const auto now = Steady::now();
    const auto none = seen([](GuestView&) {});
    EXPECT_EQ(guest_rows({none}, now).dump(),
              R"([{"vm":"web","state":"booting","agent":null,"uptime_s":null,"heard_s":null,)"
              R"("failed_units":null}])");
    EXPECT_EQ(stats_rows({none}, now).dump(),
              R"([{"vm":"web","cpu_percent":null,"load":null,"memory_used_bytes":null,)"
              R"("memory_total_bytes":null,"disk_used_bytes":null,"disk_total_bytes":null,)"
              R"("rx_bytes_per_s":null,"tx_bytes_per_s":null,"heard_s":null}])");
    EXPECT_EQ(port_rows({none}, true).dump(), "[]");
    EXPECT_EQ(guest_rows({}, now).dump(), "[]");
}

TEST(Report, APortIsTheProgramsThatListenOnIt) {
    const auto view = seen([](GuestView& guest) {
        guest.ports = {{"0.0.0.0", 22, "sshd", 1, std::nullopt, ""},
                       {"::", 22, "sshd", 1, std::nullopt, ""},
                       {"127.0.0.1", 3000, "node", 2, true, "Mine"},
                       {"127.0.0.1", 80, "nginx", 3, true, "A"},
                       {"::", 80, "nginx", 3, true, "B"},
                       {"127.0.0.1", 22, "other", 4, std::nullopt, ""}};
    });
    const Rows rows = port_rows({view}, true);
    ASSERT_EQ(rows.size(), 4U) << rows;
    EXPECT_EQ(rows[0].at("reach"), "network");
    EXPECT_EQ(rows[1].at("reach"), "loopback");
    EXPECT_TRUE(rows[1].at("url").is_null()) << "it leads nowhere from here";
    EXPECT_EQ(rows[1].at("title"), "Mine");
    EXPECT_EQ(rows[2].at("url"), "http://web.vm/");
    EXPECT_EQ(rows[2].at("title"), "B") << "of the one that is reached";
    EXPECT_EQ(rows[3].at("process"), "other");
}

TEST(Doctor, NamesOldAgents) {
    const auto now = Steady::now();
    EXPECT_EQ(check_agents({good(now)}, "0.1.0").at("severity"), "ok");
    const json old = check_agents({good(now)}, "0.2.0");
    EXPECT_EQ(old.at("severity"), "warning");
    EXPECT_EQ(old.at("cause"), "web has version 0.1.0");
    const json lacking = check_agents({seen([](GuestView& view) {
                                          view.version = "0.1.0";
                                          view.features = {"health", "events", "stats", "ports"};
                                      })},
                                      "0.1.0");
    EXPECT_EQ(lacking.at("cause"), "web (0.1.0) has no time, power, exec");
    EXPECT_EQ(check_agents({seen([](GuestView&) {})}, "0.1.0").at("severity"), "ok")
        << "nothing was heard of it";
    EXPECT_TRUE(is_older("0.9", "0.10"));
    EXPECT_TRUE(is_older("", "0.0.1"));
    EXPECT_TRUE(is_older("x", "1"));
    EXPECT_FALSE(is_older("1.0.0", "1"));
    EXPECT_FALSE(is_older("99999999999999", "1") && is_older("1", "99999999999999"));
}

TEST(Doctor, NamesGuestsWithoutAnAgent) {
    EXPECT_EQ(check_guests({good(Steady::now())}).at("severity"), "ok");
    const json check = check_guests({seen([](GuestView& view) {
        view.state = GuestState::silent;
        view.problem = "nothing listens on the agent's port";
    })});
    EXPECT_EQ(check.at("severity"), "info");
    EXPECT_EQ(check.at("title"), "guests without an answering agent: web");
    EXPECT_EQ(check.at("cause").get<std::string>().rfind(
                  "web: nothing listens on the agent's port; its image", 0),
              0U);
    EXPECT_EQ(check.at("fix"), "banger vm exec web -- systemctl status banger-agent");
    EXPECT_EQ(check_guests({seen([](GuestView& view) { view.heard = Steady::now(); })}).at("title"),
              "guests without an answering agent: web")
        << "it was heard, and is not there now";
}

TEST(Clock, HalfOfTheRoundTripCounts) {
    constexpr std::int64_t now = 1'700'000'000'000'000'000;
    EXPECT_FALSE(read_clock(now, 40ms, now + 20'000'000).off());
    EXPECT_EQ(read_clock(now, 40ms, now + 20'000'000).off_ms, 0);
    EXPECT_FALSE(read_clock(now, 0ms, now + 100'000'000).off());
    EXPECT_TRUE(read_clock(now, 0ms, now + 101'000'000).off());
    EXPECT_TRUE(read_clock(now, 90ms, now - 100'000'000).off());
    EXPECT_FALSE(read_clock(now, 100ms, 0).usable) << "too slow to tell";
    EXPECT_TRUE(read_clock(now, 0ms, std::numeric_limits<std::int64_t>::min()).off());
    EXPECT_TRUE(read_clock(now, 0ms, std::numeric_limits<std::int64_t>::max()).off());
}

TEST(FlowLimit, IsPerWindow) {
    FlowLimit flow(100, 3, 10s);
    const FlowLimit::Clock::time_point start(1h);
    EXPECT_TRUE(flow.take(60, 1, start));
    EXPECT_FALSE(flow.take(60, 1, start + 1s));
    EXPECT_TRUE(flow.take(60, 3, start + 20s));
    EXPECT_FALSE(flow.take(0, 1, start + 21s));
}

TEST(VsockConfig, HasBuiltInValues) {
    EXPECT_TRUE(json::parse(config_schema).is_object());
    EXPECT_EQ(read_config("").sample, 10s);
    EXPECT_TRUE(read_config("{}").clock);
    EXPECT_EQ(read_config(R"({"sample_s": 2})").sample, 2s);
    EXPECT_FALSE(read_config(R"({"clock": false})").clock);
}

} // namespace
} // namespace vsock
