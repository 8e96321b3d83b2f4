#include "vmm/qemu/qmp.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <random>

namespace banger::vmm::qemu {
namespace {

constexpr const char* greeting =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}})"
    "\r\n";

struct Session {
    std::vector<std::string> events;
    QmpClient client{[this](std::string_view name, const nlohmann::json& data) {
        events.push_back(std::string(name) + " " + data.dump());
    }};
    std::string take() {
        std::string text(client.pending());
        client.sent(text.size());
        return text;
    }
};

TEST(Qmp, CommandsWaitForTheGreeting) {
    Session session;
    session.client.call("cont", [](const QmpClient::Reply&) {});
    EXPECT_TRUE(session.take().empty());
    session.client.feed(greeting);
    EXPECT_EQ(session.take(), "{\"execute\":\"qmp_capabilities\"}\n"
                              "{\"execute\":\"cont\",\"id\":1}\n");
}

TEST(Qmp, RepliesAreMatchedByIdWithEventsBetween) {
    Session session;
    session.client.feed(greeting);
    std::string got;
    session.client.call("stop",
                        [&](const QmpClient::Reply& reply) { got += reply.ok ? "a" : "A"; });
    session.client.call("balloon", [&](const QmpClient::Reply& reply) { got += reply.error; },
                        {{"value", 5}});
    session.client.feed(R"({"return": {}}
{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}
{"id": 2, "error": {"class": "GenericError", "desc": "no"}}
{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}
{"return": {}, "id": 1}
)");
    EXPECT_EQ(got, "noa");
    EXPECT_EQ(session.events, (std::vector<std::string>{
                                  "STOP {}", R"(SHUTDOWN {"guest":true,"reason":"guest-reset"})"}));
}

TEST(Qmp, AnySplitGivesTheSame) {
    const std::string text = std::string(greeting) + R"({"event": "POWERDOWN"}
{"event": "VSERPORT_CHANGE", "data": {"open": true, "id": "agent0"}}
)";
    std::mt19937 random(1); // NOLINT
    for (int round = 0; round < 50; ++round) {
        Session session;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t part = 1 + random() % 20;
            session.client.feed(std::string_view(text).substr(at, part));
            at += part;
        }
        ASSERT_EQ(session.events.size(), 2U);
    }
}

TEST(Qmp, TheEndAnswersWhatIsOpen) {
    Session session;
    bool failed = false;
    session.client.call("stop", [&](const QmpClient::Reply& reply) { failed = !reply.ok; });
    session.client.closed();
    EXPECT_TRUE(failed);
}

TEST(Qmp, RefusesWhatIsNoQmp) {
    Session session;
    EXPECT_THROW(session.client.feed("SSH-2.0-OpenSSH\r\n"), os::Error);
    Session array;
    EXPECT_THROW(array.client.feed("[1]\n"), os::Error);
    Session endless;
    EXPECT_THROW(endless.client.feed(std::string(QmpClient::max_line + 1, ' ')), os::Error);
}

TEST(Qmp, UnknownIdsAndOddMembersAreHarmless) {
    Session session;
    session.client.feed(greeting);
    EXPECT_NO_THROW(session.client.feed(R"({"return": {}, "id": 99}
{"error": 3, "id": 98}
{"event": 5}

{"id": "text", "return": 1}
)"));
    EXPECT_TRUE(session.events.empty());
}

} // namespace
} // namespace banger::vmm::qemu
