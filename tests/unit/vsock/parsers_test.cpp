#include "event.hpp"
#include "guest_json.hpp"
#include "handshake.hpp"
#include "health.hpp"
#include "lines.hpp"
#include "numbers.hpp"
#include "ports.hpp"
#include "stats.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

std::string repeated(const std::string& part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += part;
    }
    return text;
}

TEST(Health, TellsOfAgentAndBoot) {
    const Health health = parse_health(
        R"({"agent": {"version": "0.1.0", "protocol": 1, "features": ["health", "events"], "running_ms": 5},
            "boot_id": "5f0c", "uptime_ms": 6120, "ready": true, "boot": "finished",
            "failed_units": ["x.service"], "of a newer agent": [1, 2]})");
    EXPECT_EQ(health.version, "0.1.0");
    EXPECT_TRUE(health.has("events"));
    EXPECT_FALSE(health.has("exec"));
    EXPECT_EQ(health.boot_id, "5f0c");
    EXPECT_EQ(health.uptime_ms, 6120U);
    EXPECT_TRUE(health.ready);
    EXPECT_TRUE(health.booted);
    EXPECT_THAT(health.failed_units.value(), ElementsAre("x.service"));
}

TEST(Health, AnotherProtocolIsRefused) {
    EXPECT_THROW((void)parse_health(R"({"agent": {"protocol": 2}})"), Refused);
    EXPECT_THROW((void)parse_health("{}"), Refused);
}

TEST(Health, WrongTypesAreAsMissing) {
    const Health health = parse_health(
        R"({"agent": {"version": 7, "protocol": 1, "features": {"a": 1}}, "boot_id": [],
            "uptime_ms": "soon", "ready": "yes", "boot": 1, "failed_units": null})");
    EXPECT_EQ(health.version, "");
    EXPECT_THAT(health.features, IsEmpty());
    EXPECT_EQ(health.uptime_ms, 0U);
    EXPECT_FALSE(health.ready);
    EXPECT_FALSE(health.booted);
    EXPECT_FALSE(health.failed_units.has_value());
}

TEST(Json, DepthIsBounded) {
    EXPECT_THROW((void)parse_object(R"({"a":)" + repeated("[", 100000)), Refused);
    EXPECT_THROW((void)parse_object(repeated(R"({"a":)", 40) + "1" + repeated("}", 40)), Refused);
    EXPECT_NO_THROW((void)parse_object(repeated(R"({"a":)", 16) + "1" + repeated("}", 16)));
}

TEST(Json, WhatIsNoObjectIsRefused) {
    for (const char* bytes : {"", "[]", "null", "{", "{\"a\":1}x", "{\"a\":1e999}", "\xff"}) {
        EXPECT_THROW((void)parse_object(bytes), Refused) << bytes;
    }
    EXPECT_EQ(text_in(parse_object("{\"a\":\"x\xff\"}"), "a", 64), "x\xef\xbf\xbd");
}

TEST(Stats, NumbersAreBounded) {
    const Stats stats = parse_stats(
        R"({"uptime_ms": 18446744073709551615, "load": [1e300, -5, "x", 4], "processes": -3,
            "cpu": {"count": 99999999, "user_ms": 1e40, "idle_ms": 12.7},
            "memory": {"total": 123456789012345678901234567890, "available": -1}})");
    EXPECT_EQ(stats.uptime_ms, std::uint64_t{1} << 45U);
    EXPECT_THAT(stats.load, ElementsAre(100000, 0, 0));
    EXPECT_EQ(stats.processes, 0U);
    EXPECT_EQ(stats.cpu.count, 4096U);
    EXPECT_EQ(stats.cpu.user_ms, std::uint64_t{1} << 45U);
    EXPECT_EQ(stats.cpu.idle_ms, 12U);
    EXPECT_EQ(stats.memory.total, std::uint64_t{1} << 50U);
    EXPECT_EQ(stats.memory.available, 0U);
}

TEST(Stats, ListsAreCut) {
    const std::string disk = R"({"mount": "/", "total": 2, "used": 1},)";
    const Stats stats = parse_stats(R"({"disks": [)" + repeated(disk, 1000) +
                                    R"(7], "network": [1, "a", {"name": "eth0", "rx_bytes": 5}]})");
    EXPECT_EQ(stats.disks.size(), 256U);
    EXPECT_EQ(stats.network.size(), 1U);
    EXPECT_EQ(stats.rx_bytes(), 5U);
    ASSERT_NE(stats.root(), nullptr);
    EXPECT_EQ(stats.root()->used, 1U);
}

TEST(Stats, GoOutAsTheyCame) {
    const std::string body =
        R"({"uptime_ms": 6120, "load": [0.1, 0.2, 0.3], "processes": 31, "logins": 1,
            "cpu": {"count": 2, "user_ms": 900, "system_ms": 700, "idle_ms": 9000, "iowait_ms": 20, "steal_ms": 0},
            "memory": {"total": 5, "available": 4, "cached": 3, "swap_total": 2, "swap_free": 1},
            "disks": [{"mount": "/", "fs": "overlay", "total": 8, "used": 3, "available": 7}],
            "network": [{"name": "eth0", "rx_bytes": 1, "tx_bytes": 2, "rx_packets": 3, "tx_packets": 4}]})";
    EXPECT_EQ(to_json(parse_stats(body)), json::parse(body));
}

TEST(Stats, CpuPercentIsOfAllCpus) {
    Stats before;
    before.uptime_ms = 1000;
    before.cpu = {2, 100, 100, 1000, 0, 0};
    Stats after = before;
    after.uptime_ms = 2000;
    after.cpu = {2, 400, 200, 2500, 100, 0};
    EXPECT_DOUBLE_EQ(cpu_percent(before, after).value(), 20);
    EXPECT_FALSE(cpu_percent(before, before).has_value());
    EXPECT_FALSE(cpu_percent(after, before).has_value()) << "another boot";
    EXPECT_EQ(per_second(1000, 3000, 2000).value(), 1000U);
    EXPECT_FALSE(per_second(3000, 1000, 2000).has_value());
    EXPECT_FALSE(per_second(1000, 3000, 0).has_value());
    EXPECT_EQ(per_second(0, 1ULL << 58U, 1).value(), most_bytes);
}

TEST(Ports, AreCleanedAndCut) {
    const std::vector<Port> ports = parse_ports(
        R"({"ports": [{"address": "0.0.0.0", "port": 8000, "process": "\u001b[31mpy\nthon", "pid": 412,
                       "http": true, "title": "\u001b]0;owned\u0007Hi\u202e"},
                      {"address": "::", "port": 70000}, {"address": "::", "port": -1},
                      {"port": 80}, 5, {"address": "::", "port": "80"},
                      {"address": "127.0.0.1", "port": 22}]})");
    ASSERT_EQ(ports.size(), 2U);
    EXPECT_EQ(ports[0].process, "py?thon");
    EXPECT_EQ(ports[0].title, "Hi?");
    EXPECT_TRUE(ports[0].http.value());
    EXPECT_FALSE(ports[1].http.has_value());
    EXPECT_LE(parse_ports(R"({"ports": [{"address": "::", "port": 1, "title": ")" +
                          std::string(100000, 'x') + R"("}]})")[0]
                  .title.size(),
              96U);
    EXPECT_EQ(
        parse_ports(R"({"ports": [)" + repeated(R"({"address": "::", "port": 1},)", 999) + "1]}")
            .size(),
        256U);
}

TEST(Ports, KeepTheirTitlesAndHaveUrls) {
    const std::vector<Port> before{{"0.0.0.0", 8000, "python3", 412, true, "Listing"}};
    std::vector<Port> ports{{"0.0.0.0", 8000, "python3", 412, std::nullopt, ""},
                            {"0.0.0.0", 8000, "python3", 413, std::nullopt, ""}};
    EXPECT_FALSE(keep_titles(ports, before));
    EXPECT_EQ(ports[0].title, "Listing");
    EXPECT_FALSE(ports[1].http.has_value()) << "another process";
    ports = before;
    EXPECT_TRUE(keep_titles(ports, before));
    EXPECT_EQ(url_of(ports[0], "web.vm"), "http://web.vm:8000/");
    EXPECT_EQ(url_of({"::", 80, "", 1, true, ""}, "172.30.88.7"), "http://172.30.88.7/");
    EXPECT_EQ(url_of({"::", 80, "", 1, false, ""}, "web.vm"), "");
    EXPECT_EQ(url_of({"::", 80, "", 1, true, ""}, ""), "");
}

TEST(Ports, SayFromWhereTheyAreReached) {
    const auto reach = [](const char* address) {
        return reach_of({address, 80, "", 1, true, ""}, "172.30.88.7");
    };
    EXPECT_EQ(reach("0.0.0.0"), "network");
    EXPECT_EQ(reach("::"), "network");
    EXPECT_EQ(reach("172.30.88.7"), "network");
    EXPECT_EQ(reach("127.0.0.53"), "loopback");
    EXPECT_EQ(reach("::1"), "loopback");
    EXPECT_EQ(reach("::ffff:127.0.0.1"), "loopback");
    EXPECT_EQ(reach("172.17.0.1"), "172.17.0.1");
}

TEST(Event, KindsAndWhatIsUnknown) {
    EXPECT_EQ(parse_event(R"({"event": "ready", "uptime_ms": 5})").kind, EventKind::ready);
    EXPECT_EQ(parse_event(R"({"event": "clock", "off_ms": -250})").off_ms, -250);
    EXPECT_EQ(parse_event(R"({"event": "clock", "off_ms": -9223372036854775808})").off_ms,
              -(std::int64_t{1} << 45U));
    EXPECT_EQ(parse_event(R"({"event": "of a newer agent"})").kind, EventKind::unknown);
    EXPECT_EQ(parse_event(R"({"event": {"hello": 1}})").kind, EventKind::unknown);
    EXPECT_THROW((void)parse_event(R"({"event": "hello"})"), Refused);
    EXPECT_THROW((void)parse_event("hello"), Refused);
    EXPECT_THAT(
        parse_event(R"({"event": "booted", "failed_units": ["a", 5, "b"]})").failed_units.value(),
        ElementsAre("a", "b"));
}

TEST(Lines, AreCutHoweverTheyCome) {
    std::vector<std::string> got;
    const auto take = [&](std::string_view line) { got.emplace_back(line); };
    Lines lines(8);
    for (const char* part : {"a", "b\n", "\nc\nd", "ef\n"}) {
        lines.feed(part, take);
    }
    EXPECT_THAT(got, ElementsAre("ab", "c", "def"));
    lines.feed("12345678", take);
    EXPECT_THROW(lines.feed("9", take), Refused);
    EXPECT_THROW(Lines(8).feed("123456789\n", take), Refused);
}

TEST(HandshakeBytes, RequestAndAnswers) {
    EXPECT_EQ(Handshake::request(1024), "CONNECT 1024\n");
    for (const std::size_t cut : {1U, 2U, 5U, 100U}) {
        Handshake handshake;
        const std::string_view answer = "OK 1073741824\nHTTP";
        std::size_t at = 0;
        while (handshake.state() == Handshake::State::waiting && at < answer.size()) {
            at += handshake.feed(answer.substr(at, cut));
        }
        EXPECT_EQ(handshake.state(), Handshake::State::open);
        EXPECT_EQ(answer.substr(at), "HTTP") << "what follows is not the handshake's";
    }
    for (const std::string& answer :
         {std::string("OK\n"), std::string("OK \n"), std::string("OK x\n"), std::string("ok 1\n"),
          std::string("OK 1 \n"), std::string("OK 1\r\n"), std::string("\n"),
          std::string("HTTP/1.1 200 OK\n"), std::string(1000, 'O'), std::string("OK -1\n"),
          std::string("OK 1\0\n", 6)}) {
        Handshake handshake;
        (void)handshake.feed(answer);
        EXPECT_EQ(handshake.state(), Handshake::State::refused) << answer;
    }
}

} // namespace
} // namespace vsock
