#include "watched_names.hpp"

#include "message.hpp"
#include "wire_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dns {
namespace {

using nlohmann::json;
using test::answer_with;
using testing::ElementsAre;
using testing::IsEmpty;

class WatchedNamesTest : public testing::Test {
  protected:
    WatchedNamesTest() { names_.attach(poller_); }
    ~WatchedNamesTest() override { names_.detach(poller_); }

    void watch(const std::string& watcher, const json& names) {
        names_.heed(
            json{{"type", "plugin." + watcher + ".names.watched"}, {"names", names}}.dump());
    }
    void learned(const std::string& watcher, const json& number) {
        names_.heed(
            json{{"type", "plugin." + watcher + ".names.learned"}, {"number", number}}.dump());
    }
    void ask(const std::string& name, const std::string& answer) {
        names_.hold(poller_, to_wire(name), answer, [this, name] { gone_.push_back(name); });
    }

    std::vector<json> found_;
    bool heard_ = true;             ///< somebody is told
    std::vector<std::string> gone_; ///< to the guest
    Poller poller_;
    WatchedNames names_{[this](const std::string& data) {
                            found_.push_back(json::parse(data));
                            return heard_;
                        },
                        std::chrono::milliseconds(50)};
    const std::string answer_ = answer_with("a.example", {"a.example. 60 IN A 192.0.2.7"});
};

TEST_F(WatchedNamesTest, WhatNobodyWatchesGoesAtOnce) {
    ask("a.example", answer_);
    watch("nat", {"b.example"});
    ask("a.example", answer_);
    EXPECT_THAT(gone_, ElementsAre("a.example", "a.example"));
    EXPECT_THAT(found_, IsEmpty());
}

TEST_F(WatchedNamesTest, WhatCannotBeToldGoesAtOnce) {
    watch("nat", {"a.example"});
    heard_ = false;
    ask("a.example", answer_);
    EXPECT_THAT(gone_, ElementsAre("a.example"));
}

TEST_F(WatchedNamesTest, AWatchedAnswerWaitsUntilItIsLearned) {
    watch("nat", {"a.example"});
    ask("A.example", answer_);
    ASSERT_EQ(found_.size(), 1U);
    EXPECT_EQ(
        found_[0],
        json({{"number", 1}, {"name", "a.example"}, {"addresses", json::array({"192.0.2.7"})}}));
    EXPECT_THAT(gone_, IsEmpty());
    learned("nat", 1);
    poller_.turn();
    EXPECT_THAT(gone_, ElementsAre("A.example"));
    learned("nat", 1); // again: nothing
    poller_.turn();
    EXPECT_EQ(gone_.size(), 1U);
}

TEST_F(WatchedNamesTest, AllWhoWatchAreWaitedFor) {
    watch("nat", {"a.example"});
    watch("other", {"a.example", "c.example"});
    ask("a.example", answer_);
    learned("nat", 1);
    learned("stranger", 1);
    poller_.turn();
    EXPECT_THAT(gone_, IsEmpty());
    learned("other", 1);
    poller_.turn();
    EXPECT_EQ(gone_.size(), 1U);
}

TEST_F(WatchedNamesTest, AWatcherThatIsSilentHoldsNobodyForLong) {
    watch("nat", {"a.example"});
    ask("a.example", answer_);
    while (gone_.empty()) {
        poller_.turn();
    }
    learned("nat", 1);
    poller_.turn();
    EXPECT_EQ(gone_.size(), 1U);
}

TEST_F(WatchedNamesTest, AnAnswerWithoutAddressesGoesAtOnce) {
    watch("nat", {"a.example"});
    ask("a.example", answer_with("a.example", {}));
    ask("a.example", "garbage");
    EXPECT_EQ(gone_.size(), 2U);
}

TEST_F(WatchedNamesTest, NoMoreThanThereIsRoomForAreHeld) {
    watch("nat", {"a.example"});
    for (int i = 0; i < 300; ++i) {
        ask("a.example", answer_);
    }
    EXPECT_EQ(found_.size(), 256U);
    EXPECT_EQ(gone_.size(), 44U);
}

TEST_F(WatchedNamesTest, EventsOfAnyShapeAreTaken) {
    for (const char* event :
         {"", "[]", "{}", R"({"type":7})", R"({"type":"plugin..names.watched"})",
          R"({"type":"plugin.nat.names.watched","names":"a.example"})",
          R"({"type":"plugin.nat.names.watched","names":[1,null]})",
          R"({"type":"plugin.nat.names.learned"})",
          R"({"type":"plugin.nat.names.learned","number":-1})",
          R"({"type":"vm.state","names":["a.example"]})"}) {
        names_.heed(event);
    }
    ask("a.example", answer_);
    EXPECT_EQ(gone_.size(), 1U);
}

} // namespace
} // namespace dns
