#include "actions/kept.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace web {
namespace {

using nlohmann::json;
using std::chrono::minutes;

const auto noon = Idem::Clock::time_point() + std::chrono::hours(12);

TEST(Idem, DoesAThingOnce) {
    Idem idem;
    int times = 0;
    const auto act = [&] { return Outcome{"op" + std::to_string(++times), "/"}; };
    EXPECT_EQ(idem.once("a", noon, act).op, "op1");
    EXPECT_EQ(idem.once("a", noon + minutes(9), act).op, "op1");
    EXPECT_EQ(idem.once("b", noon, act).op, "op2");
    EXPECT_EQ(idem.once("a", noon + minutes(10), act).op, "op3");
    EXPECT_EQ(idem.once("", noon, act).op, "op4");
    EXPECT_EQ(idem.once("", noon, act).op, "op5");
}

TEST(Idem, ForgetsWhatFailed) {
    Idem idem;
    EXPECT_THROW(idem.once("a", noon, []() -> Outcome { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_EQ(idem.once("a", noon, [] { return Outcome{"op", "/"}; }).op, "op");
}

TEST(Idem, KeepsABoundedNumber) {
    Idem idem;
    int times = 0;
    const auto act = [&] { return Outcome{std::to_string(++times), "/"}; };
    for (std::size_t i = 0; i <= Idem::most; ++i) {
        (void)idem.once("key" + std::to_string(i), noon + std::chrono::milliseconds(i), act);
    }
    const int done = times;
    EXPECT_EQ(idem.once("key" + std::to_string(Idem::most), noon + minutes(1), act).op,
              std::to_string(done)); // the newest is there
    EXPECT_EQ(idem.once("key0", noon + minutes(1), act).op, std::to_string(done + 1));
}

TEST(Idem, LetsADoubleClickWaitForTheFirst) {
    Idem idem;
    std::atomic<int> times{0};
    std::atomic<bool> begun{false}, go{false};
    const auto act = [&] {
        ++times;
        begun = true;
        while (!go) {
            std::this_thread::yield();
        }
        return Outcome{"op", "/"};
    };
    std::string first, second;
    std::thread one([&] { first = idem.once("a", noon, act).op; });
    while (!begun) {
        std::this_thread::yield();
    }
    std::thread two([&] { second = idem.once("a", noon, act).op; });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    go = true;
    one.join();
    two.join();
    EXPECT_EQ(times, 1);
    EXPECT_EQ(first + second, "opop");
}

TEST(Idem, MakesKeysThatDiffer) {
    EXPECT_EQ(new_key().size(), 24U);
    EXPECT_NE(new_key(), new_key());
}

TEST(Retries, KnowWhatWasAskedFor) {
    Retries retries;
    retries.keep("op1", {"POST", "/v1/vms", {{"name", "a"}}, "a"});
    ASSERT_TRUE(retries.find("op1"));
    EXPECT_EQ(retries.find("op1")->body, json({{"name", "a"}}));
    EXPECT_FALSE(retries.find("op2"));
    for (std::size_t i = 0; i < Retries::most; ++i) {
        retries.keep("more" + std::to_string(i), {"POST", "/", json(), ""});
    }
    EXPECT_FALSE(retries.find("op1"));
    retries.keep("large", {"POST", "/", std::string(Retries::longest, 'x'), ""});
    EXPECT_FALSE(retries.find("large"));
}

TEST(Retries, SayWhyNot) {
    Retries retries;
    retries.keep("a", {"POST", "/", json(), ""});
    const auto why = [&](const char* id, const char* state) {
        return no_retry(retries, {{"id", id}, {"state", state}});
    };
    EXPECT_EQ(why("a", "failed"), "");
    EXPECT_EQ(why("a", "cancelled"), "");
    EXPECT_EQ(why("a", "interrupted"), "");
    EXPECT_NE(why("a", "succeeded"), "");
    EXPECT_NE(why("a", "running"), "");
    EXPECT_NE(why("b", "failed").find("not begun in this console"), std::string::npos);
    const std::string lost =
        no_retry(retries, {{"id", "b"}, {"state", "cancelled"}, {"initiator", "plugin web"}});
    EXPECT_NE(lost.find("until the daemon is started anew"), std::string::npos);
    EXPECT_NE(no_retry(retries, {{"id", 7}, {"state", json::array()}}), "");
    EXPECT_NE(no_retry(retries, json()), "");
}

TEST(Batches, ForgetTheOldest) {
    Batches batches;
    Batch batch;
    batch.title = "first";
    const std::string first = batches.keep(batch);
    EXPECT_EQ(batches.find(first)->title, "first");
    for (std::size_t i = 0; i < Batches::most; ++i) {
        (void)batches.keep({});
    }
    EXPECT_FALSE(batches.find(first));
    EXPECT_FALSE(batches.find("nothing"));
}

} // namespace
} // namespace web
