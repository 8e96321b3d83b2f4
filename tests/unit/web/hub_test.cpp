#include "events/hub.hpp"

#include <banger/test/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

struct Quiet {
    static constexpr const char* id = "quiet";
    static constexpr const char* name = "Quiet";
    static constexpr const char* version = "1.0.0";
    Quiet(banger::Host, banger::Call&, std::string_view) {}
};

/// What one stream was told.
struct Told {
    std::mutex mutex;
    std::string text;
    bool open = true;
    Feed::Write write() {
        return [this](const std::string& more) {
            const std::lock_guard lock(mutex);
            text += more;
            return open;
        };
    }
    std::string now() {
        const std::lock_guard lock(mutex);
        return text;
    }
    bool soon_has(const std::string& wanted) {
        for (int i = 0; i < 500; ++i) {
            if (now().find(wanted) != std::string::npos) {
                return true;
            }
            std::this_thread::sleep_for(milliseconds(10));
        }
        return false;
    }
    int count(const std::string& wanted) {
        const std::string all = now();
        int found = 0;
        for (std::size_t at = all.find(wanted); at != std::string::npos;
             at = all.find(wanted, at + 1)) {
            ++found;
        }
        return found;
    }
};

class HubTest : public testing::Test {
  protected:
    HubTest() {
        host_.begin();
        host_.answers["GET /v1/daemon"] = R"({"privilege":{"ready":true}})";
        host_.answers["GET /v1/operations/op-1"] =
            R"({"id":"op-1","state":"running","stage":"boot","percent":42})";
        make({});
    }
    ~HubTest() override {
        hub.reset();
        EXPECT_THAT(host_.misuse(), ::testing::IsEmpty());
    }
    void make(Hub::Times times) {
        hub.reset();
        const banger::Host host(host_.raw());
        daemon_ = std::make_unique<Daemon>(host);
        state = std::make_unique<State>(host);
        hub = std::make_unique<Hub>(host, *state, *daemon_, times);
    }
    void operation(const std::string& how, const std::string& id = "op-1") {
        hub->heard({{"type", "operation"},
                    {"operation", id},
                    {"kind", "vm.start"},
                    {"target", "web-1"},
                    {"state", how},
                    {"stage", "boot"}});
    }
    void vm(const std::string& name) {
        hub->heard({{"type", "vm.state"}, {"vm", name}, {"state", "running"}});
    }
    json since(std::uint64_t revision, const Topics& topics = {}) {
        json news;
        host_.call("page", [&](void*, banger_call* raw) {
            banger::Call call(raw);
            news = hub->since(call, revision, topics);
            return BANGER_OK;
        });
        return news;
    }

    banger::fake::Host host_{&banger::Export<Quiet>::entry};
    std::unique_ptr<Daemon> daemon_;
    std::unique_ptr<State> state;
    std::unique_ptr<Hub> hub;
    Told told;
};

TEST_F(HubTest, TellsThoseWhoListen) {
    const auto feed = hub->feed({}, std::nullopt);
    feed->open(told.write());
    EXPECT_THAT(told.now(), HasSubstr("event: beat\nid: "));
    vm("web-1");
    EXPECT_TRUE(told.soon_has(R"(data: {"state":"running","t":"vm","tone":"good","vm":"web-1"})"
                              "\n\n"));
    operation("running");
    EXPECT_TRUE(told.soon_has(R"("percent":42)")) << told.now();
    operation("succeeded");
    EXPECT_THAT(told.now(), HasSubstr(R"("state":"succeeded")")); // at once
    EXPECT_TRUE(told.soon_has(R"({"t":"images"})"));
    feed->close();
    const std::string before = told.now();
    vm("web-2");
    EXPECT_EQ(told.now(), before);
}

TEST_F(HubTest, TellsWhatATopicIsOf) {
    const auto feed = hub->feed({"ops"}, std::nullopt);
    feed->open(told.write());
    vm("web-1");
    operation("failed");
    EXPECT_EQ(told.count(R"("t":"op")"), 1);
    EXPECT_EQ(told.count(R"("t":"vm")"), 0);
    feed->close();
}

TEST_F(HubTest, DropsNoEndHoweverFastItComes) {
    const auto feed = hub->feed({"ops"}, std::nullopt);
    feed->open(told.write());
    const auto begin = Pace::Clock::now();
    for (int i = 0; i < 200; ++i) {
        operation("running");
    }
    operation("failed");
    const auto took = Pace::Clock::now() - begin;
    EXPECT_EQ(told.count(R"("state":"failed")"), 1);
    const int running = told.count(R"("state":"running")");
    EXPECT_LE(running, 1 + took / Pace::apart);
    std::this_thread::sleep_for(2 * Pace::apart);
    EXPECT_EQ(told.count(R"("state":"running")"), running); // nothing of it comes behind its end
    feed->close();
}

TEST_F(HubTest, TellsWhatWasMissed) {
    vm("web-1");
    const std::uint64_t seen = state->revision();
    vm("web-2");
    const auto feed = hub->feed({}, seen);
    feed->open(told.write());
    EXPECT_EQ(told.count("web-1"), 0);
    EXPECT_EQ(told.count("web-2"), 1);
    EXPECT_EQ(told.count("event: resync"), 0);
    feed->close();
}

TEST_F(HubTest, SaysWhenItDoesNotKnowWhatWasMissed) {
    for (const std::uint64_t since :
         {std::uint64_t{0}, std::uint64_t{1}, state->revision() + 1000000}) {
        Told other;
        const auto feed = hub->feed({}, since);
        feed->open(other.write());
        EXPECT_EQ(other.count("event: resync"), 1) << since;
        feed->close();
    }
    for (int i = 0; i < 1000; ++i) { // more than a stream may leave unread
        vm("a-vm-with-quite-a-long-name-" + std::to_string(i));
    }
    const auto feed = hub->feed({}, state->revision() - 1000);
    feed->open(told.write());
    EXPECT_EQ(told.count("event: resync"), 1);
    EXPECT_LT(told.now().size(), Hub::longest_replay);
    feed->close();
}

TEST_F(HubTest, HasAllReadAnewWhenTheDaemonLostEvents) {
    const std::uint64_t before = state->revision();
    const auto feed = hub->feed({"vms"}, std::nullopt);
    feed->open(told.write());
    hub->heard({{"type", "events.dropped"}, {"count", 3}});
    EXPECT_EQ(told.count("event: resync"), 1);
    EXPECT_EQ(since(before).value("resync", false), true);
    feed->close();
}

TEST_F(HubTest, AnswersThoseWhoAsk) {
    const json first = since(0);
    EXPECT_EQ(first.at("resync"), true);
    const std::uint64_t seen = first.at("rev");
    EXPECT_TRUE(since(seen).is_null());
    operation("running");
    vm("web-1");
    const json news = since(seen);
    ASSERT_EQ(news.at("facts").size(), 2U) << news;
    EXPECT_EQ(news.at("facts")[0].at("percent"), 42);
    EXPECT_EQ(news.at("facts")[1].at("vm"), "web-1");
    EXPECT_EQ(since(seen, {"vms"}).at("facts").size(), 1U);
    EXPECT_TRUE(since(news.at("rev")).is_null());
}

TEST_F(HubTest, BeatsAndSeesThatRootsStepsCanBeDone) {
    host_.answers["GET /v1/daemon"] = R"({"privilege":{"ready":false}})";
    make({milliseconds(50), milliseconds(20)});
    const auto feed = hub->feed({}, std::nullopt);
    feed->open(told.write());
    EXPECT_TRUE(told.soon_has(R"({"ready":false,"t":"privilege"})"));
    feed->close();
    host_.answers["GET /v1/daemon"] = R"({"privilege":{"ready":true}})";
    Told other;
    const auto again = hub->feed({}, std::nullopt);
    again->open(other.write());
    EXPECT_TRUE(other.soon_has(R"({"ready":true,"t":"privilege"})"));
    for (int i = 0; i < 500 && other.count("event: beat") < 4; ++i) {
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_GE(other.count("event: beat"), 4);
    again->close();
}

TEST_F(HubTest, DoesNothingWhileNobodyListens) {
    make({milliseconds(10), milliseconds(10)});
    const auto feed = hub->feed({}, std::nullopt);
    feed->open(told.write());
    EXPECT_TRUE(told.soon_has("privilege"));
    feed->close();
    std::this_thread::sleep_for(milliseconds(50)); // what it was asking, it has asked
    const std::size_t asked = host_.recorded().calls.size();
    const std::string before = told.now();
    operation("running");
    std::this_thread::sleep_for(milliseconds(200));
    EXPECT_EQ(host_.recorded().calls.size(), asked);
    EXPECT_EQ(told.now(), before);
}

TEST_F(HubTest, ForgetsWhoDoesNotRead) {
    const auto feed = hub->feed({}, std::nullopt);
    feed->open(told.write());
    EXPECT_TRUE(told.soon_has("privilege"));
    told.open = false;
    vm("web-1");
    EXPECT_TRUE(told.soon_has("web-1"));
    const std::string before = told.now();
    vm("web-2");
    operation("failed");
    EXPECT_EQ(told.now(), before);
    feed->close();
}

TEST_F(HubTest, EndsWithStreamsOpen) {
    const auto feed = hub->feed({}, std::nullopt);
    feed->open(told.write());
    hub->stop();
    vm("web-1");
    EXPECT_EQ(told.count("web-1"), 0);
    feed->close();
}

} // namespace
} // namespace web
